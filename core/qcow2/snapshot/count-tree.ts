import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { Geometry } from '../format/geometry.ts'
import type { References } from '../restructure/reference-draft.ts'
import { entryRuns } from './entry-runs.ts'
import type { L1Tree } from './l1-tree.ts'

export interface TreeRange {
  readonly tree: L1Tree
  /** L1 entries [from, to): those of the disk come first, those of a VM state behind it. */
  readonly from: number
  readonly to: number
}

/** All that an L1 table refers to. */
export const wholeTree = (tree: L1Tree): TreeRange => ({ tree, from: 0, to: tree.entries })

/** What a change of references lets go of, in host clusters. */
export interface FreedClusters {
  /** Guest data (and VM state). */
  readonly data: number
  readonly tables: number
}

export interface CountTreeOptions extends OperationContext {
  readonly geometry: Geometry
  readonly step: 'add' | 'remove' | 'mustBeUsed'
}

/**
 * One more reference (`add`) or one less (`remove`) to all that an L1 table refers to, its L2 tables and
 * the clusters behind them, each as often as the table does; or a look whether all of it is counted
 * (`mustBeUsed`). Gives how many clusters lost their last reference.
 */
export async function countTree(
  references: References,
  { tree, from, to }: TreeRange,
  { geometry, step, signal, pause: gate, onProgress }: CountTreeOptions,
): Promise<FreedClusters> {
  const { clusterSize } = geometry
  const breathe = breather(signal, { pause: gate })
  let data = 0
  let tables = 0
  for (let index = from; index < to; index++) {
    const offset = tree.l2OffsetAt(index)
    if (offset === 0) continue
    const words = tree.readL2(offset)
    tables += references[step](offset, 1) ?? 0
    for (const { first, clusters } of entryRuns(words, geometry)) {
      data += references[step](first * clusterSize, clusters) ?? 0
    }
    const pause = breathe()
    if (pause !== undefined) {
      const done = (index - from) * clusterSize
      onProgress?.({ phase: 'tables', done, total: (to - from) * clusterSize, unit: 'bytes' })
      await pause
    }
  }
  return { data, tables }
}
