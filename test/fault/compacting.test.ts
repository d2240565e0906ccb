/** Every access of everything that gives space back fails once. */
import { describe, expect, it } from 'vitest'
import { usedImage, type UsedImageOptions } from '../crash/scenarios/used-images.ts'
import { compactOnce } from '../crash/compact-once.ts'
import type { CompactMode } from '../../core/operations/compact-plan.ts'
import { backingPath, dataPath, imagePath } from '../crash/scenarios/small-images.ts'
import { seededRandom } from '../helpers/random.ts'
import { faultMatrix, type FaultStory } from './fault-matrix.ts'

interface Compaction {
  readonly name: string
  readonly mode: CompactMode
  readonly image: UsedImageOptions
  readonly verify?: boolean
}

const compactions: readonly Compaction[] = [
  { name: 'in place', mode: 'in-place', image: { clusters: 150, stored: 50, leaked: 5 } },
  { name: 'in place, with its proof', mode: 'in-place', image: { clusters: 30 }, verify: true },
  {
    name: 'in place, version 2 with snapshots',
    mode: 'in-place',
    image: { version: 2, snapshots: ['first'], changesSnapshots: true },
  },
  {
    name: 'in place, with packed clusters',
    mode: 'in-place',
    image: { clusterBits: 11, clusters: 14, compressed: true, packs: true, snapshots: ['first'] },
  },
  {
    name: 'in place, with bitmaps',
    mode: 'in-place',
    image: { bitmaps: ['daily'], untouched: true, leaked: 9, snapshots: ['first'] },
  },
  { name: 'zeroes given up', mode: 'zeroes', image: { clusters: 60 } },
  { name: 'punched', mode: 'punch', image: { clusterBits: 12, clusters: 16, leaked: 4 } },
  { name: 'rewritten', mode: 'rewrite', image: { clusters: 60, snapshots: ['first'], leaked: 9 } },
]

const storyOf = async (
  { name, mode, image, verify = false }: Compaction,
  seed: number,
): Promise<FaultStory> => {
  const { files, model } = await usedImage(seededRandom(seed), image)
  return {
    name,
    image: imagePath,
    files,
    model,
    ...(image.backingClusters === undefined ? {} : { backing: backingPath }),
    ...(image.dataFile === undefined ? {} : { dataFile: dataPath }),
    tell: async (scene) => {
      await compactOnce(scene.machine, mode, { verify })
    },
    again: async (scene) => {
      // Nothing lies about that was made on the way.
      expect(scene.machine.names.toSorted()).toEqual(Object.keys(files).toSorted())
      await compactOnce(scene.machine, mode, { verify })
      scene.expect([], { findings: 'none' })
    },
  }
}

describe.each(compactions)('$name', (compaction) => {
  it('survives every access that fails, and works at the next attempt', async () => {
    const make = (seed: number) => storyOf(compaction, seed)
    const { failed } = await faultMatrix(make, { seed: 5, places: 5 })
    expect(failed).toBeGreaterThan(5)
  }, 60_000)
})
