import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { Geometry } from '../format/geometry.ts'
import type { References } from '../restructure/reference-draft.ts'
import { entryRuns } from './entry-runs.ts'
import type { L1Tree } from './l1-tree.ts'

export interface TreeRange {
  readonly tree: L1Tree
  /** L1 entries [0, entries): those of the disk, or all of them with a VM state behind the disk. */
  readonly entries: number
}

/** What a change of references lets go of, in host clusters. */
export interface FreedClusters {
  /** Guest data (and VM state). */
  readonly data: number
  readonly tables: number
}

/**
 * One more reference (`add`) or one less (`remove`) to all that an L1 table refers to: its L2 tables and
 * the clusters behind them, each as often as the table does. Says how many of them nobody refers to any
 * more.
 */
export async function countTree(
  change: References,
  { tree, entries }: TreeRange,
  direction: 'add' | 'remove',
  { geometry, signal, onProgress }: OperationContext & { readonly geometry: Geometry },
): Promise<FreedClusters> {
  const { clusterSize } = geometry
  const breathe = breather(signal)
  let data = 0
  let tables = 0
  for (let index = 0; index < entries; index++) {
    const offset = tree.l2OffsetAt(index)
    if (offset === 0) continue
    const words = tree.readL2(offset)
    if (direction === 'add') change.add(offset, 1)
    else tables += change.remove(offset, 1)
    for (const { first, clusters } of entryRuns(words, geometry)) {
      if (direction === 'add') change.add(first * clusterSize, clusters)
      else data += change.remove(first * clusterSize, clusters)
    }
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({
        phase: 'tables',
        done: index * clusterSize,
        total: entries * clusterSize,
        unit: 'bytes',
      })
      await pause
    }
  }
  return { data, tables }
}
