import { ImageError } from '../../../core/errors/image-error.ts'
import type { AmendOptions } from '../../../core/operations/amend-plan.ts'
import { amendImage } from '../../../core/operations/amend.ts'
import { planAmend } from '../../../core/operations/plan-amend.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import { backingPath, imagePath, smallImage, type SmallImageOptions } from './small-images.ts'

interface Story {
  readonly name: string
  readonly image: (random: Random) => SmallImageOptions
  readonly options: (random: Random) => AmendOptions
}

const widths = [1, 2, 4, 8, 16, 32, 64] as const

/** An image whose options change, step by step, while its content does not. */
const amending = ({ name, image, options }: Story): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const chosen = image(random)
    const { files, clusterSize, model } = await smallImage(random, chosen)
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      ...(chosen.backingClusters === undefined ? {} : { backing: backingPath }),
      tell: async (scene) => {
        const { machine } = scene
        for (let round = 0; round < 4; round++) {
          const wanted = options(random)
          try {
            await planAmend(machine, imagePath, wanted)
          } catch (error) {
            // What this image cannot become: the plan says so before anything is touched.
            if (error instanceof ImageError && error.kind !== 'internal') continue
            throw error
          }
          await amendImage(machine, imagePath, wanted)
          await using guest = await Guest.open(scene)
          const { virtualSize } = model
          await actAtRandom(guest, random, { count: 2, virtualSize, clusterSize })
        }
      },
    }
  },
})

export const amendingScenarios: readonly ScenarioMaker[] = [
  amending({
    name: 'an image whose refcounts get another width',
    image: (random) => ({
      clusters: 40,
      refcountOrder: random.below(7),
      ...(random.chance(0.5) ? { snapshots: ['before'], refcountOrder: 4 } : {}),
    }),
    options: (random) => ({ refcountBits: random.pick(widths) }),
  }),
  amending({
    name: 'an image that changes between versions 2 and 3',
    image: (random) => ({
      version: random.pick([2, 3]),
      clusterBits: random.pick([9, 10]),
      ...(random.chance(0.5) ? { snapshots: ['before'] } : {}),
    }),
    options: (random) => ({ version: random.pick([2, 3]) }),
  }),
  amending({
    name: 'an overlay that changes between versions 2 and 3',
    image: (random) => ({
      version: random.pick([2, 3]),
      clusters: 24,
      clusterBits: 10,
      backingClusters: 20,
      ...(random.chance(0.5) ? { snapshots: ['before'] } : {}),
    }),
    options: (random) => ({ version: random.pick([2, 3]) }),
  }),
  amending({
    name: 'an image whose refcounts become lazy and strict',
    image: () => ({ clusters: 24 }),
    options: (random) => ({ lazyRefcounts: random.chance(0.5) }),
  }),
]
