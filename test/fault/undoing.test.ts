/** Every access of taking back a change fails once, for each kind of change that can be taken back. */
import { describe, expect, it } from 'vitest'
import { amendImage } from '../../core/operations/amend.ts'
import type { DoneChange, SnapshotMark } from '../../core/operations/done-change.ts'
import type { SnapshotInfo } from '../../core/operations/image-info.ts'
import { planAmend } from '../../core/operations/plan-amend.ts'
import { planRelinkBack } from '../../core/operations/plan-relink.ts'
import { planResize } from '../../core/operations/plan-resize.ts'
import { planUndoChange } from '../../core/operations/plan-undo-change.ts'
import { relinkImage } from '../../core/operations/relink.ts'
import { resizeImage } from '../../core/operations/resize.ts'
import { applySnapshot, planApplySnapshot } from '../../core/operations/snapshot-apply.ts'
import { createSnapshot } from '../../core/operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../core/operations/snapshot-delete.ts'
import { listSnapshots } from '../../core/operations/snapshot-list.ts'
import { renameSnapshot } from '../../core/operations/snapshot-rename.ts'
import { undoChange } from '../../core/operations/undo-change.ts'
import { discoveredModel } from '../crash/discovered-model.ts'
import {
  backingPath,
  imagePath,
  smallImage,
  type SmallImageOptions,
} from '../crash/scenarios/small-images.ts'
import type { Scene } from '../crash/scene.ts'
import { seededRandom } from '../helpers/random.ts'
import type { GuestModel } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { faultMatrix, type FaultStory } from './fault-matrix.ts'

type Machine = CrashMachine<unknown>

interface Undone {
  readonly name: DoneChange['kind']
  readonly image?: SmallImageOptions
  /** What is taken back. */
  readonly change: (machine: Machine) => Promise<DoneChange>
}

const markOf = ({ id, name, createdAt }: SnapshotInfo): SnapshotMark => ({ id, name, createdAt })
const takenAt = 1_700_000_000_000
const base = { name: 'base.raw', format: 'raw' }
const moved = { name: `${'./'.repeat(40)}base.raw`, format: 'raw' }
const before = { snapshot: { name: 'before' } }

const resized =
  (size: number, keepCut?: string) =>
  async (machine: Machine): Promise<DoneChange> => {
    const plan = await planResize(machine, imagePath, { size })
    await resizeImage(machine, imagePath, plan, { keepCut })
    const facts = { format: 'qcow2', before: plan.before.virtualSize, after: size } as const
    return keepCut === undefined
      ? { kind: 'grow', ...facts }
      : { kind: 'shrink', ...facts, kept: keepCut }
  }

const changes: readonly Undone[] = [
  { name: 'grow', change: resized(90 * 512) },
  { name: 'shrink', change: resized(13 * 512, '/end.qcow2') },
  {
    name: 'amend',
    change: async (machine) => {
      const plan = await planAmend(machine, imagePath, { refcountBits: 64 })
      await amendImage(machine, imagePath, { refcountBits: 64 })
      return { kind: 'amend', before: plan.before, after: plan.after }
    },
  },
  {
    name: 'snapshot-create',
    change: async (machine) => {
      const { snapshot } = await createSnapshot(machine, imagePath, { name: 'now', takenAt })
      return { kind: 'snapshot-create', snapshot: markOf(snapshot) }
    },
  },
  {
    name: 'snapshot-rename',
    image: { snapshots: ['before'] },
    change: async (machine) => {
      const { snapshot } = await renameSnapshot(machine, imagePath, { ...before, name: 'first' })
      return { kind: 'snapshot-rename', snapshot: markOf(snapshot), oldName: 'before' }
    },
  },
  {
    name: 'snapshot-delete',
    image: { snapshots: ['before', 'after'], compressed: true },
    change: async (machine) => {
      const plan = await planDeleteSnapshot(machine, imagePath, before)
      const keep = { path: '/kept', content: 'own' } as const
      const { snapshot } = await deleteSnapshot(machine, imagePath, { plan, keep })
      return { kind: 'snapshot-delete', snapshot: markOf(snapshot), kept: keep.path }
    },
  },
  {
    name: 'snapshot-apply',
    image: { snapshots: ['before'] },
    change: async (machine) => {
      const plan = await planApplySnapshot(machine, imagePath, before)
      const options = { plan, keepPresentAs: 'present' }
      const { kept } = await applySnapshot(machine, imagePath, options)
      if (kept === undefined) throw new Error('the present state was not kept')
      return { kind: 'snapshot-apply', applied: markOf(plan.snapshot), kept: markOf(kept) }
    },
  },
  {
    name: 'relink',
    image: { backingClusters: 10, clusters: 20 },
    change: async (machine) => {
      const link = { before: moved, after: base }
      await relinkImage(machine, imagePath, await planRelinkBack(machine, imagePath, link, {}))
      return { kind: 'relink', before: base, after: moved }
    },
  },
]

interface Scenery {
  readonly change: DoneChange
  readonly files: FaultStory['files']
  readonly model: GuestModel
  /** What is on the disk once it is taken back. */
  readonly wanted: FaultStory['files']
}

const machineOf = (files: FaultStory['files']): CrashMachine<never> =>
  new CrashMachine(new CrashLog<never>(), files)

async function takeBack(machine: Machine, change: DoneChange): Promise<void> {
  await undoChange(machine, imagePath, await planUndoChange(machine, imagePath, change))
}

async function sceneryOf({ image = {}, change: act }: Undone, seed: number): Promise<Scenery> {
  const machine = machineOf((await smallImage(seededRandom(seed), image)).files)
  const change = await act(machine)
  const files = Object.fromEntries(machine.files())
  const model = await discoveredModel(machineOf(files), imagePath)
  await takeBack(machine, change)
  return { change, files, model, wanted: Object.fromEntries(machine.files()) }
}

/** From one state to the other, and nothing between: but for a disk that gets its end back, bit by bit. */
async function tell(scene: Scene, { change, wanted }: Scenery): Promise<void> {
  const after = await discoveredModel(machineOf(wanted), imagePath)
  const worlds = [scene.model.world(), ...between(scene.model, after, change), after.world()]
  scene.log.mark({ worlds })
  await takeBack(scene.machine, change)
  scene.model = after
  scene.expect()
}

function between(now: GuestModel, after: GuestModel, change: DoneChange) {
  const { snapshots } = now.world()
  if (change.kind === 'snapshot-apply') {
    // The disk goes back in one step, and the snapshot that had kept it goes in the next.
    return [{ ...after.world(), snapshots }]
  }
  if (change.kind !== 'shrink') return []
  const { sectors, virtualSize } = after.world()
  const empty = new Uint8Array(512)
  const end = now.virtualSize / 512
  const partly = sectors.map((versions, at) => (at < end ? versions : [...versions, empty]))
  return [{ virtualSize, sectors: partly, snapshots }]
}

const storyOf = (undone: Undone, scenery: Scenery): FaultStory => ({
  name: `undoing ${undone.name}`,
  image: imagePath,
  files: scenery.files,
  model: scenery.model,
  ...(undone.image?.backingClusters === undefined ? {} : { backing: backingPath }),
  tell: (scene) => tell(scene, scenery),
  again: async (scene) => {
    const plan = await planUndoChange(scene.machine, imagePath, scenery.change)
    // It may be back already; then that is what is said, of a change that is not there any more.
    if (plan.refusal === undefined) await undoChange(scene.machine, imagePath, plan)
    else if (scenery.change.kind === 'snapshot-apply')
      await deleteIfLeft(scene, scenery.change.kept)
    scene.model = await discoveredModel(machineOf(scenery.wanted), imagePath)
    scene.expect()
  },
})

/** As the error advises when the disk is back and the snapshot could not be removed. */
async function deleteIfLeft({ machine }: Scene, { id }: SnapshotMark): Promise<void> {
  const listed = await listSnapshots(machine, imagePath, { usage: false })
  if (!listed.some((snapshot) => snapshot.id === id)) return
  const plan = await planDeleteSnapshot(machine, imagePath, { snapshot: { id } })
  await deleteSnapshot(machine, imagePath, { plan })
}

describe.each(changes)('taking back: $name', (undone) => {
  it('survives every access that fails, and works at the next attempt', async () => {
    const seed = 7
    const scenery = await sceneryOf(undone, seed)
    const make = async () => storyOf(undone, scenery)
    const { failed } = await faultMatrix(make, { seed, places: 6 })
    expect(failed).toBeGreaterThan(5)
  }, 60_000)
})
