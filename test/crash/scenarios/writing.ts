import { seededRandom, type Random } from '../../helpers/random.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Mark, Scenario } from '../scene.ts'
import { announced } from './announced.ts'
import {
  backingPath,
  dataPath,
  imagePath,
  smallImage,
  type SmallImage,
  type SmallImageOptions,
} from './small-images.ts'

export interface WritingStory {
  readonly name: string
  readonly image: (random: Random) => SmallImageOptions
  /** Guest actions between opening and closing. */
  readonly actions?: number
  /** Times the image is opened. */
  readonly visits?: number
  /** Freed space goes back to the host. */
  readonly discard?: boolean
  /** What else must be true of every disk, told from the image as it was at first. */
  readonly also?: (first: SmallImage) => Mark['also']
}

/** A guest that writes, zeroes, discards and flushes at random. */
export const writing = ({
  name,
  image,
  actions = 14,
  visits = 2,
  discard,
  also,
}: WritingStory): ScenarioMaker => ({
  name,
  make: async (seed): Promise<Scenario> => {
    const random = seededRandom(seed)
    const options = image(random)
    const first = await smallImage(random, options)
    const { files, clusterSize, model } = first
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      ...(options.dataFile === undefined ? {} : { dataFile: dataPath }),
      ...(options.backingClusters === undefined ? {} : { backing: backingPath }),
      tell: async (scene) => {
        if (also !== undefined) scene.demand(also(first))
        for (let visit = 0; visit < visits; visit++) {
          await using guest = await Guest.open(scene, { discard: discard ?? random.chance(0.3) })
          const { virtualSize } = model
          await actAtRandom(guest, random, { count: actions, virtualSize, clusterSize })
        }
      },
    }
  },
})

const orders = [0, 1, 2, 3, 4, 5, 6] as const

export const writingScenarios: readonly ScenarioMaker[] = [
  writing({
    name: 'a guest that writes to an image of small clusters',
    image: (random) => ({ refcountOrder: random.pick(orders) }),
  }),
  writing({
    name: 'a guest that writes to an image of version 2',
    image: (random) => ({ version: 2, clusterBits: random.pick([9, 10]) }),
  }),
  writing({
    name: 'a guest that writes to an image with lazy refcounts',
    image: () => ({ lazyRefcounts: true }),
  }),
  writing({
    name: 'a guest that writes to subclusters',
    image: () => ({ extendedL2: true, clusterBits: 14, clusters: 5 }),
    actions: 10,
    visits: 1,
  }),
  writing({
    name: 'a guest that writes to an image with a data file',
    image: () => ({ dataFile: 'disk.data' }),
  }),
  writing({
    name: 'a guest that writes to an image with a raw data file',
    image: () => ({ dataFile: 'disk.data', autoclearBits: 2n }),
  }),
  writing({
    name: 'a guest that writes to an image whose bitmaps record changes',
    image: (random) => ({
      bitmaps: ['daily', 'weekly'],
      autoclearBits: random.chance(0.3) ? 32n : 0n,
      clusterBits: 10,
    }),
    visits: 1,
    also: announced,
  }),
  writing({
    name: 'a guest whose discards give space back to the host',
    image: () => ({ clusterBits: 10, clusters: 24 }),
    discard: true,
  }),
]
