import { createImage } from '../../../core/operations/create.ts'
import { createImageOver } from '../../../core/operations/create-over.ts'
import type { CreateQcow2Options } from '../../../core/operations/create-options.ts'
import { noise } from '../../helpers/noise.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { GuestModel } from '../../model/guest-model.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import type { Scenario } from '../scene.ts'
import { backingPath, dataPath, imagePath, smallImage } from './small-images.ts'

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

/**
 * Over an image that reads as the new one will, in every sector: at any moment the name leads to one of the
 * two, whole.
 */
async function replacing(seed: number): Promise<Scenario> {
  const random = seededRandom(seed)
  const clusters = 8 + random.below(60)
  const old = await smallImage(random, { clusters, stored: 0 })
  return {
    name: `create over another, seed ${seed}`,
    image: imagePath,
    files: old.files,
    model: old.model,
    tell: async (scene) => {
      scene.expect([], { findings: 'none' })
      await createImageOver(scene.machine, imagePath, {
        format: 'qcow2',
        clusterSize: random.pick([512, 1024, 4096]),
        refcountBits: random.pick(refcountBits),
        preallocation: random.pick(['off', 'metadata', 'full'] as const),
        size: clusters * old.clusterSize,
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
  { name: 'an image being created over another', make: replacing },
]
