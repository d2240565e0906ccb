import type { BlockDevice } from '../../../core/device/block-device.ts'
import { ImageError } from '../../../core/errors/image-error.ts'
import { ManualClock } from '../../helpers/manual-clock.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Scenario } from '../scene.ts'
import { backingPath, dataPath, imagePath } from './small-images.ts'
import { usedImage, type UsedImageOptions } from './used-images.ts'

interface Story {
  readonly name: string
  readonly image: (random: Random) => UsedImageOptions
  /** What the guest does meanwhile; default some rounds of everything. */
  readonly rounds?: number
}

/**
 * A guest that writes and discards while the recycler zeroes, moves and cuts behind it, and somebody has the
 * image compacted, now and then to stop it again.
 */
const recycling = ({ name, image, rounds = 8 }: Story): ScenarioMaker => ({
  name,
  make: async (seed): Promise<Scenario> => {
    const random = seededRandom(seed)
    const options = image(random)
    const { files, clusterSize, model } = await usedImage(random, options)
    const { virtualSize } = model
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      // What was written before the story is of low generations.
      generation: 1000,
      ...(options.dataFile === undefined ? {} : { dataFile: dataPath }),
      ...(options.backingClusters === undefined ? {} : { backing: backingPath }),
      tell: async (scene) => {
        const clock = new ManualClock()
        const config = {
          discard: random.chance(0.3),
          keepErased: random.pick([0, 1, 4]) * clusterSize,
          compactAfterUnmaps: random.pick([0, 1, 4]) * clusterSize,
        }
        await using guest = await Guest.openDevice(scene, { clock, config })
        let compaction: Compaction | undefined = rounds === 0 ? start(guest.disk) : undefined
        for (let round = 0; round < rounds; round++) {
          if (compaction === undefined && random.chance(0.4)) compaction = start(guest.disk)
          const mostly = random.pick(['writes', 'discards'] as const)
          await actAtRandom(guest, random, { count: 1, virtualSize, clusterSize, mostly })
          clock.advance(random.pick([0, 500, 5000, 10_000]))
          if (random.chance(0.3)) await guest.disk.idle()
          if (compaction === undefined || random.chance(0.5)) continue
          await end(compaction, random.chance(0.3))
          compaction = undefined
        }
        if (compaction !== undefined) await end(compaction, rounds > 0 && random.chance(0.3))
      },
    }
  },
})

interface Compaction {
  readonly controller: AbortController
  readonly ended: Promise<unknown>
}

function start(device: BlockDevice): Compaction {
  const controller = new AbortController()
  const ended = device.compact({ signal: controller.signal }).catch((error: unknown) => {
    if (!(error instanceof ImageError) || error.kind !== 'cancelled') throw error
  })
  // It is waited for later; whoever does so hears of what went wrong.
  ended.catch(() => {})
  return { controller, ended }
}

async function end({ controller, ended }: Compaction, isCancelled: boolean): Promise<void> {
  if (isCancelled) controller.abort()
  await ended
}

export const onlineScenarios: readonly ScenarioMaker[] = [
  recycling({
    name: 'an open image that is compacted while its guest sleeps',
    image: (random) => ({
      clusters: 100,
      stored: 90,
      emptied: 10,
      refcountOrder: random.pick([0, 1, 4, 6]),
    }),
    rounds: 0,
  }),
  recycling({
    name: 'a guest whose image is compacted while it writes',
    image: (random) => ({ clusters: 100, stored: 50, refcountOrder: random.pick([0, 1, 4, 6]) }),
  }),
  recycling({
    name: 'a guest whose image of version 2 is compacted while it writes',
    image: () => ({ version: 2, clusterBits: 10 }),
  }),
  recycling({
    name: 'a guest whose image with lazy refcounts is compacted while it writes',
    image: () => ({ lazyRefcounts: true }),
  }),
  recycling({
    name: 'a guest whose image with snapshots is compacted while it writes',
    image: () => ({ clusters: 30, snapshots: ['first'], compressed: true }),
  }),
  recycling({
    name: 'a guest whose overlay is compacted while it writes',
    image: () => ({ clusters: 24, clusterBits: 10, backingClusters: 16 }),
  }),
  recycling({
    name: 'a guest whose image of subclusters is compacted while it writes',
    image: () => ({ extendedL2: true, clusterBits: 14, clusters: 5 }),
  }),
]
