import { readHeaderArea } from '../../../core/qcow2/header-file.ts'
import { EditableTables } from '../../../core/qcow2/tables/editable-tables.ts'
import { MemoryFile } from '../../../core/storage/memory-file.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'
import { actAtRandom, Guest } from '../guest.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'
import { imagePath, smallImage } from './small-images.ts'

/** Clusters that a refcount block of 512 bytes counts, 64 bits each, and entries of such a table. */
const perBlock = 64
const tableEntries = 64

/**
 * Images of 512-byte clusters with refcounts of 64 bits: writing a few dozen clusters makes refcount
 * blocks, and near the end of what the refcount table can say, a longer table.
 */
const growing = (
  name: string,
  weight: number,
  leaked: (random: Random) => number,
): ScenarioMaker => ({
  name,
  weight,
  make: async (seed) => {
    const random = seededRandom(seed)
    const { files, clusterSize, model } = await smallImage(random, {
      clusters: 150,
      stored: 50,
      refcountOrder: 6,
    })
    const bytes = await leaking(files[imagePath] ?? new Uint8Array(), leaked(random))
    return {
      name: `${name}, seed ${seed}`,
      image: imagePath,
      files: { [imagePath]: bytes },
      model,
      tell: async (scene) => {
        await using guest = await Guest.open(scene)
        const rules = { virtualSize: model.virtualSize, clusterSize, clusters: 12 }
        await actAtRandom(guest, random, { count: 12, ...rules })
      },
    }
  },
})

/** The image with so many clusters counted that nothing refers to: a large file, quickly made. */
async function leaking(bytes: Uint8Array, clusters: number): Promise<Uint8Array> {
  const file = new MemoryFile(bytes)
  const tables = EditableTables.open(file, readHeaderArea(file))
  for (let left = clusters; left > 0;) left -= tables.reserve(left).clusters
  await tables.commit()
  const grown = new Uint8Array(file.size())
  file.readNow(grown, 0)
  return grown
}

export const growingScenarios: readonly ScenarioMaker[] = [
  growing('an image that needs more refcount blocks', 1, (random) => random.below(2 * perBlock)),
  growing(
    'an image that needs a longer refcount table',
    0.1,
    (random) => perBlock * tableEntries - 140 - random.below(40),
  ),
]
