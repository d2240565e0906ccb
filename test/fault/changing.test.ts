/** Every access of everything that changes an image fails once. */
import { describe, expect, it } from 'vitest'
import { amendImage } from '../../core/operations/amend.ts'
import { planRepair } from '../../core/operations/plan-repair.ts'
import { rebuildImageRefcounts } from '../../core/operations/rebuild-refcounts.ts'
import { repairImage } from '../../core/operations/repair.ts'
import { undoRepair } from '../../core/operations/undo-repair.ts'
import { createSnapshot } from '../../core/operations/snapshot-create.ts'
import { applySnapshot, planApplySnapshot } from '../../core/operations/snapshot-apply.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../core/operations/snapshot-delete.ts'
import { restoreSnapshot } from '../../core/operations/snapshot-restore.ts'
import { renameSnapshot } from '../../core/operations/snapshot-rename.ts'
import type { KeptContent } from '../../core/operations/kept-snapshot-plan.ts'
import { planRelinkBack, presentLink } from '../../core/operations/plan-relink.ts'
import { relinkImage } from '../../core/operations/relink.ts'
import type { BackingLink } from '../../core/operations/relink-plan.ts'
import { readHeaderArea } from '../../core/qcow2/header-file.ts'
import type { SnapshotContent } from '../model/guest-model.ts'
import { planResize } from '../../core/operations/plan-resize.ts'
import { resizeImage } from '../../core/operations/resize.ts'
import { discoveredModel } from '../crash/discovered-model.ts'
import { actAtRandom, Guest } from '../crash/guest.ts'
import type { Scene } from '../crash/scene.ts'
import {
  backingPath,
  dataPath,
  imagePath,
  smallImage,
  type SmallImageOptions,
} from '../crash/scenarios/small-images.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import { faultMatrix, type FaultStory } from './fault-matrix.ts'

interface Change {
  readonly name: string
  readonly image?: SmallImageOptions
  /** Its refcounts are wrong at first, and nobody may write before that is put right. */
  readonly damaged?: boolean
  readonly change: (scene: Scene, random: Random) => Promise<void>
}

const at = 1_700_000_000_000
const clean = { findings: 'leaks' } as const

const write = async (scene: Scene, random: Random): Promise<void> => {
  await using guest = await Guest.open(scene, { discard: true })
  const { virtualSize } = scene.model
  const clusterSize = guest.disk.area.geometry.clusterSize
  await actAtRandom(guest, random, { count: 8, virtualSize, clusterSize })
}

const resizeTo =
  (size: number) =>
  async (scene: Scene): Promise<void> => {
    const plan = await planResize(scene.machine, imagePath, { size })
    const consent = { consent: ['lose-data-past-end'] } as const
    const act = () => resizeImage(scene.machine, imagePath, plan, consent)
    await scene.atOnce((model) => model.resize(size), act, clean)
  }

const keptOf = new WeakMap<Scene, { readonly gone: SnapshotContent; readonly path: string }>()

const base = { name: 'base.raw', format: 'raw' }
/** The same file by a longer name. */
const moved = { name: `${'./'.repeat(40)}base.raw`, format: 'raw' }

async function linkOf(machine: Scene['machine']): Promise<BackingLink> {
  await using file = await machine.openFile(imagePath)
  return presentLink(readHeaderArea(file))
}

async function deleteAndKeep(scene: Scene, content: KeptContent): Promise<void> {
  const options = { snapshot: { name: 'before' } }
  const plan = await planDeleteSnapshot(scene.machine, imagePath, options)
  // A delete that failed at its switch leaves the file: nobody knows which side it came down on.
  const keep = { path: `/kept-${scene.nextGeneration()}`, content }
  const gone = scene.model.snapshots.find(({ name }) => name === 'before')
  if (gone !== undefined) keptOf.set(scene, { gone, path: keep.path })
  const act = () => deleteSnapshot(scene.machine, imagePath, { plan, keep })
  await scene.atOnce((model) => model.deleteSnapshot('before'), act)
}

const changes: readonly Change[] = [
  { name: 'writing', change: write },
  { name: 'writing to version 2', image: { version: 2 }, change: write },
  {
    name: 'writing above a backing file',
    image: { backingClusters: 10, clusters: 20 },
    change: write,
  },
  {
    name: 'writing over compressed clusters',
    image: { compressed: true, clusterBits: 10, clusters: 16 },
    change: write,
  },
  {
    name: 'writing to subclusters',
    image: { extendedL2: true, clusterBits: 14, clusters: 3 },
    change: write,
  },
  { name: 'writing after a snapshot', image: { snapshots: ['before'] }, change: write },
  { name: 'writing to a data file', image: { dataFile: 'disk.data', clusters: 20 }, change: write },
  { name: 'writing to a dirty image', image: { dirty: true, miscounted: 10 }, change: write },
  {
    name: 'packing',
    image: { clusterBits: 11, clusters: 12 },
    change: async (scene, random) => {
      await using guest = await Guest.open(scene)
      await guest.import(random.below(6) * 2048, 5 * 2048, 2048)
    },
  },
  {
    name: 'creating a snapshot',
    change: (scene) =>
      scene.atOnce(
        (model) => model.createSnapshot('now'),
        () => createSnapshot(scene.machine, imagePath, { name: 'now', takenAt: at }),
      ),
  },
  {
    name: 'applying a snapshot',
    image: { snapshots: ['before'] },
    change: async (scene) => {
      const options = { snapshot: { name: 'before' } }
      const plan = await planApplySnapshot(scene.machine, imagePath, options)
      const act = () => applySnapshot(scene.machine, imagePath, { plan })
      await scene.atOnce((model) => model.applySnapshot('before'), act)
    },
  },
  {
    name: 'deleting a snapshot',
    image: { snapshots: ['before', 'after'] },
    change: async (scene) => {
      const options = { snapshot: { name: 'before' } }
      const plan = await planDeleteSnapshot(scene.machine, imagePath, options)
      const act = () => deleteSnapshot(scene.machine, imagePath, { plan })
      await scene.atOnce((model) => model.deleteSnapshot('before'), act)
    },
  },
  {
    name: 'deleting a snapshot that is kept',
    image: { snapshots: ['before', 'after'], compressed: true },
    change: (scene) => deleteAndKeep(scene, 'own'),
  },
  {
    name: 'putting a kept snapshot back',
    image: { snapshots: ['before', 'after'], compressed: true },
    change: async (scene, random) => {
      // At the next attempt it may be gone already.
      if (scene.model.snapshots.some(({ name }) => name === 'before')) {
        await deleteAndKeep(scene, 'whole')
        await write(scene, random)
      }
      const kept = keptOf.get(scene)
      if (kept === undefined) throw new Error('no snapshot was kept')
      const act = () => restoreSnapshot(scene.machine, imagePath, kept.path)
      await scene.atOnce((model) => model.putSnapshotBack(kept.gone, 0), act)
    },
  },
  {
    name: 'naming another backing file, and the old one again',
    image: { backingClusters: 10, clusters: 20 },
    change: async ({ machine }) => {
      for (let isBack = false; !isBack;) {
        const now = await linkOf(machine)
        isBack = now.name === moved.name
        const link = { before: isBack ? base : moved, after: now }
        const plan = await planRelinkBack(machine, imagePath, link, {})
        await relinkImage(machine, imagePath, plan)
      }
    },
  },
  {
    name: 'renaming a snapshot',
    image: { snapshots: ['before'] },
    change: (scene) =>
      scene.atOnce(
        (model) => model.renameSnapshot('before', 'first'),
        () =>
          renameSnapshot(scene.machine, imagePath, { snapshot: { name: 'before' }, name: 'first' }),
      ),
  },
  { name: 'growing', change: resizeTo(90 * 512) },
  {
    name: 'growing past the L1 table',
    image: { clusters: 60, stored: 20 },
    change: resizeTo(5000 * 512),
  },
  { name: 'shrinking', change: resizeTo(13 * 512) },
  {
    name: 'growing above a backing file',
    image: { clusters: 10, backingClusters: 30 },
    change: resizeTo(25 * 512),
  },
  {
    name: 'counting refcounts anew',
    image: { miscounted: 20 },
    damaged: true,
    change: async ({ machine }) => {
      await rebuildImageRefcounts(machine, imagePath)
    },
  },
  {
    name: 'repairing',
    image: { miscounted: 20 },
    damaged: true,
    change: async ({ machine }) => {
      await repairImage(machine, imagePath, await planRepair(machine, imagePath))
    },
  },
  {
    name: 'repairing and taking it back',
    image: { miscounted: 20 },
    damaged: true,
    change: async (scene) => {
      const { machine } = scene
      const before = machine.bytesOf(imagePath)
      const { safetyCopy } = await repairImage(
        machine,
        imagePath,
        await planRepair(machine, imagePath),
      )
      // At the next attempt it may be repaired already.
      if (safetyCopy === undefined) return
      await undoRepair(machine, imagePath, safetyCopy)
      expect(machine.bytesOf(imagePath)).toEqual(before)
      await repairImage(machine, imagePath, await planRepair(machine, imagePath))
    },
  },
  {
    name: 'amending the refcount width',
    change: (scene) => amendImage(scene.machine, imagePath, { refcountBits: 64 }).then(() => {}),
  },
  {
    name: 'amending to version 2',
    change: (scene) => amendImage(scene.machine, imagePath, { version: 2 }).then(() => {}),
  },
]

const storyOf = async (
  { name, image = {}, damaged = false, change }: Change,
  seed: number,
): Promise<FaultStory> => {
  const random = seededRandom(seed)
  const { files, model } = await smallImage(random, image)
  return {
    name,
    image: imagePath,
    files,
    model,
    ...(image.backingClusters === undefined ? {} : { backing: backingPath }),
    ...(image.dataFile === undefined ? {} : { dataFile: dataPath }),
    ...(damaged ? { findings: { corruptions: Infinity } } : {}),
    tell: (scene) => change(scene, random),
    again: async (scene) => {
      const isDone = await takeStock(scene)
      if (!isDone) await change(scene, random)
      await write(scene, random)
    },
  }
}

/** Looks which of the expected states it came to be; whether it is the one that was wanted. */
async function takeStock(scene: Scene): Promise<boolean> {
  const [wanted, ...others] = scene.expected.worlds
  scene.model = await discoveredModel(scene.machine, imagePath)
  scene.expect()
  const names = (snapshots: readonly { readonly name: string }[] = []) =>
    snapshots.map(({ name }) => name).join()
  const isSame = wanted?.virtualSize === scene.model.virtualSize
  return others.length > 0 && isSame && names(wanted?.snapshots) === names(scene.model.snapshots)
}

describe.each(changes)('$name', (change) => {
  it('survives every access that fails, and works at the next attempt', async () => {
    const { failed } = await faultMatrix((seed) => storyOf(change, seed), { seed: 5, places: 8 })
    expect(failed).toBeGreaterThan(5)
  }, 60_000)
})
