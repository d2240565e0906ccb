import { planApplySnapshot, applySnapshot } from '../../../core/operations/snapshot-apply.ts'
import { createSnapshot } from '../../../core/operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from '../../../core/operations/snapshot-delete.ts'
import { renameSnapshot } from '../../../core/operations/snapshot-rename.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Mark, Scene } from '../scene.ts'
import { announced } from './announced.ts'
import {
  backingPath,
  imagePath,
  smallImage,
  type SmallImage,
  type SmallImageOptions,
} from './small-images.ts'

interface Story {
  readonly name: string
  readonly image: (random: Random) => SmallImageOptions
  /** What else must be true of every disk, told from the image as it was at first. */
  readonly also?: (first: SmallImage) => Mark['also']
}

/** Creates, applies, deletes or renames a snapshot: each is there whole or not at all, and leaks nothing new. */
export async function changeSnapshots(
  scene: Scene,
  random: Random,
  findings: 'none' | 'leaks' = 'none',
): Promise<void> {
  const { machine, image, model } = scene
  const rest = { findings }
  const names = model.snapshots.map(({ name }) => name)
  const fresh = `state ${scene.nextGeneration()}`
  const change = names.length === 0 ? 0 : random.below(6)
  if (change < 2) {
    const create = () => createSnapshot(machine, image, { name: fresh, takenAt: 1_700_000_000_000 })
    await scene.atOnce((after) => after.createSnapshot(fresh), create, rest)
    return
  }
  const name = random.pick(names)
  const snapshot = { name }
  if (change === 2) {
    const plan = await planApplySnapshot(machine, image, { snapshot })
    const keepPresentAs = random.chance(0.4) ? fresh : undefined
    const takenAt = 1_700_000_000_000
    const apply = () => applySnapshot(machine, image, { plan, keepPresentAs, takenAt })
    const become = (after: typeof model) => {
      if (keepPresentAs !== undefined) after.createSnapshot(keepPresentAs)
      after.applySnapshot(name)
    }
    await scene.atOnce(become, apply, rest)
  } else if (change === 3) {
    const rename = () => renameSnapshot(machine, image, { snapshot, name: fresh })
    await scene.atOnce((after) => after.renameSnapshot(name, fresh), rename, rest)
  } else {
    const plan = await planDeleteSnapshot(machine, image, { snapshot })
    const remove = () => deleteSnapshot(machine, image, { plan })
    await scene.atOnce((after) => after.deleteSnapshot(name), remove, rest)
  }
}

/** A guest that writes between snapshots that come and go: nearly everything is copied on write. */
const keeping = ({ name, image, also }: Story): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const options = image(random)
    const first = await smallImage(random, options)
    const { files, clusterSize, model } = first
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      ...(options.backingClusters === undefined ? {} : { backing: backingPath }),
      tell: async (scene) => {
        if (also !== undefined) scene.demand(also(first))
        for (let round = 0; round < 5; round++) {
          {
            await using guest = await Guest.open(scene, { discard: random.chance(0.2) })
            const { virtualSize } = model
            await actAtRandom(guest, random, { count: 4, virtualSize, clusterSize })
          }
          await changeSnapshots(scene, random)
        }
      },
    }
  },
})

export const snapshotScenarios: readonly ScenarioMaker[] = [
  keeping({
    name: 'snapshots that come and go',
    image: (random) => ({
      clusters: 30,
      refcountOrder: random.pick([2, 3, 4, 5, 6]),
      compressed: random.chance(0.5),
    }),
  }),
  keeping({
    name: 'snapshots that come and go in version 2',
    image: (random) => ({
      clusters: 30,
      version: 2,
      ...(random.chance(0.5) ? { snapshots: ['first'] } : {}),
    }),
  }),
  keeping({
    name: 'snapshots that come and go above a backing file',
    image: () => ({ clusters: 20, clusterBits: 10, backingClusters: 12 }),
  }),
  keeping({
    name: 'snapshots of an image whose bitmaps record changes',
    image: () => ({ clusters: 20, clusterBits: 10, bitmaps: ['daily'], snapshots: ['first'] }),
    also: announced,
  }),
  keeping({
    name: 'snapshots of subclusters that come and go',
    image: () => ({ clusters: 3, clusterBits: 14, extendedL2: true }),
  }),
]
