import { createImage } from '../../../core/operations/create.ts'
import type { CreateQcow2Options } from '../../../core/operations/create-options.ts'
import { noise } from '../../helpers/noise.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { GuestModel } from '../../model/guest-model.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Scenario } from '../scene.ts'
import { backingPath, dataPath, imagePath } from './small-images.ts'

interface Story {
  readonly options: (random: Random) => Omit<CreateQcow2Options, 'format' | 'size'>
  readonly backingBytes?: number
  readonly dataFile?: boolean
}

/** Until creating is done there may be no image: no file, or one that nobody takes for an image. */
const creating =
  ({ options, backingBytes, dataFile }: Story) =>
  (seed: number): Scenario => {
    const random = seededRandom(seed)
    const clusterSize = random.pick([512, 1024, 4096])
    const size = (1 + random.below(200)) * 512
    const content =
      backingBytes === undefined ? undefined : new Uint8Array(noise(seed, backingBytes))
    return {
      name: `create, seed ${seed}`,
      image: imagePath,
      files:
        content === undefined ? { '/notes.txt': new Uint8Array(3) } : { [backingPath]: content },
      ...(content === undefined ? {} : { backing: backingPath }),
      ...(dataFile === true ? { dataFile: dataPath } : {}),
      model: new GuestModel(size, content),
      tell: async (scene) => {
        scene.expect([], { absent: true, findings: 'none' })
        const chosen = options(random)
        await createImage(scene.machine, imagePath, {
          format: 'qcow2',
          clusterSize,
          ...chosen,
          size,
        })
        scene.expect([], { findings: 'none' })
      },
    }
  }

const refcountBits = [1, 2, 4, 8, 16, 32, 64] as const

export const creatingScenarios: readonly ScenarioMaker[] = [
  {
    name: 'an image being created',
    make: creating({ options: (random) => ({ refcountBits: random.pick(refcountBits) }) }),
  },
  {
    name: 'an image being created with all its metadata or its space',
    make: creating({
      options: (random) => ({
        preallocation: random.pick(['metadata', 'falloc', 'full'] as const),
      }),
    }),
  },
  {
    name: 'an overlay being created',
    make: creating({
      options: () => ({ backing: { name: 'base.raw', format: 'raw' } }),
      backingBytes: 20 * 512,
    }),
  },
  {
    name: 'an image being created with a data file',
    make: creating({
      options: (random) => ({ dataFile: { name: 'disk.data', raw: random.chance(0.5) } }),
      dataFile: true,
    }),
  },
]
