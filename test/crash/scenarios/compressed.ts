import { seededRandom } from '../../helpers/random.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import { backingPath, imagePath, smallImage } from './small-images.ts'

interface Story {
  readonly name: string
  readonly compression: 'zlib' | 'zstd'
  readonly backing?: boolean
}

/** Compressed clusters that come and are overwritten again: they share host clusters, even sectors. */
const compressing = ({ name, compression, backing = false }: Story): ScenarioMaker => ({
  name,
  make: async (seed) => {
    const random = seededRandom(seed)
    const { files, clusterSize, model } = await smallImage(random, {
      clusterBits: random.pick([10, 11, 12]),
      clusters: 12,
      compressed: true,
      compression,
      ...(backing ? { backingClusters: 8 } : {}),
    })
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files,
      model,
      ...(backing ? { backing: backingPath } : {}),
      tell: async (scene) => {
        for (let visit = 0; visit < 2; visit++) {
          await using guest = await Guest.open(scene, { discard: random.chance(0.3) })
          const rules = { virtualSize: model.virtualSize, clusterSize }
          for (let round = 0; round < 6; round++) {
            const clusters = 1 + random.below(4)
            const at = random.below(12 - clusters + 1) * clusterSize
            await guest.import(at, clusters * clusterSize, clusterSize)
            await actAtRandom(guest, random, { count: 1 + random.below(3), ...rules })
          }
        }
      },
    }
  },
})

export const compressedScenarios: readonly ScenarioMaker[] = [
  compressing({ name: 'clusters packed by zlib', compression: 'zlib' }),
  compressing({ name: 'clusters packed by zstd', compression: 'zstd' }),
  compressing({ name: 'clusters packed above a backing file', compression: 'zlib', backing: true }),
]
