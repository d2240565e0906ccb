import { openImage } from '../../../core/image/open-image.ts'
import { planResize } from '../../../core/operations/plan-resize.ts'
import { resizeImage } from '../../../core/operations/resize.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { SECTOR } from '../../model/guest-model.ts'
import { CrashLog } from '../../storage/crash-log.ts'
import { CrashMachine } from '../../storage/crash-machine.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { DiskFiles, Mark, Scene } from '../scene.ts'
import { announced } from './announced.ts'
import {
  backingPath,
  dataPath,
  imagePath,
  smallImage,
  type SmallImage,
  type SmallImageOptions,
} from './small-images.ts'

interface Story {
  readonly name: string
  readonly image: (random: Random) => SmallImageOptions
  /** Sectors of the disk at most. */
  readonly sectors: number
  readonly weight?: number
  /** What else must be true of every disk, told from the image as it was at first. */
  readonly also?: (first: SmallImage) => Mark['also']
}

const preallocations = ['off', 'off', 'metadata', 'falloc', 'full'] as const

/** What a power cut left is made larger than it ever was: one of so many disks. */
const GROWS_EVERY = 6

/**
 * Nothing that was cut off comes back, also when the power was cut in the middle of cutting it off: past
 * `end` the larger disk is empty, in this image and whatever lies below it.
 */
function growsEmpty(end: number): (files: DiskFiles) => Promise<string | undefined> {
  let disks = 0
  return async (files) => {
    if (disks++ % GROWS_EVERY !== 0) return undefined
    const machine = new CrashMachine(new CrashLog<never>(), Object.fromEntries(files))
    const { before } = await planResize(machine, imagePath, { size: SECTOR })
    const size = Math.max(end, before.virtualSize) + 40 * SECTOR
    const plan = await planResize(machine, imagePath, { size })
    await resizeImage(machine, imagePath, plan)
    await using opened = await openImage(machine, imagePath)
    const past = new Uint8Array(size - before.virtualSize)
    await opened.image.read(past, before.virtualSize)
    const found = past.findIndex((byte) => byte !== 0)
    return found < 0
      ? undefined
      : `byte ${before.virtualSize + found} of the grown disk is not zero`
  }
}

/** Another size, whole or not at all. What is cut off never comes back. */
export async function changeSize(scene: Scene, random: Random, sectors: number): Promise<void> {
  const { machine, image, model } = scene
  const before = model.virtualSize
  const size = (1 + random.below(sectors)) * SECTOR
  const preallocation = size > model.virtualSize ? random.pick(preallocations) : 'off'
  const plan = await planResize(machine, image, { size, preallocation })
  if (!plan.allowed) return
  await scene.atOnce(
    (after) => after.resize(size),
    () => resizeImage(machine, image, plan, { consent: ['lose-data-past-end'] }),
    { also: scene.besides(growsEmpty(Math.max(size, before))) },
  )
}

/** A guest that writes to a disk between one size and the next. */
const resizing = ({ name, image, sectors, weight = 1, also }: Story): ScenarioMaker => ({
  name,
  weight,
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
      ...(options.dataFile === undefined ? {} : { dataFile: dataPath }),
      tell: async (scene) => {
        if (also !== undefined) scene.demand(also(first))
        for (let round = 0; round < 4; round++) {
          await changeSize(scene, random, sectors)
          await using guest = await Guest.open(scene)
          await actAtRandom(guest, random, {
            count: 3,
            virtualSize: model.virtualSize,
            clusterSize,
          })
        }
      },
    }
  },
})

export const resizingScenarios: readonly ScenarioMaker[] = [
  resizing({
    name: 'a disk that grows and shrinks',
    image: (random) => ({ clusterBits: random.pick([9, 10]), clusters: 20, compressed: true }),
    sectors: 120,
  }),
  resizing({
    name: 'a disk of version 2 that grows and shrinks',
    image: () => ({ version: 2, clusters: 40 }),
    sectors: 120,
  }),
  resizing({
    name: 'a disk that outgrows the first cluster of its L1 table',
    image: () => ({ clusters: 4000, stored: 60 }),
    sectors: 5200,
    weight: 0.15,
  }),
  resizing({
    name: 'a disk above a backing file that grows and shrinks',
    image: (random) => ({ clusterBits: 10, clusters: 16, backingClusters: 1 + random.below(30) }),
    sectors: 70,
  }),
  resizing({
    name: 'a disk with snapshots that grows and shrinks',
    image: () => ({ clusters: 30, snapshots: ['before'] }),
    sectors: 60,
  }),
  resizing({
    name: 'a disk whose bitmaps record changes, of another size',
    image: () => ({ clusters: 30, clusterBits: 10, bitmaps: ['daily'] }),
    sectors: 120,
    also: announced,
  }),
  resizing({
    name: 'a disk of subclusters that grows and shrinks',
    image: () => ({ clusters: 3, clusterBits: 14, extendedL2: true }),
    sectors: 160,
  }),
  resizing({
    name: 'a disk with a data file that grows and shrinks',
    image: () => ({ clusters: 20, dataFile: 'disk.data' }),
    sectors: 60,
  }),
]
