import { BitSet } from '../../base/bit-set.ts'
import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { activeTree } from './active-tree.ts'
import { entryRuns } from './entry-runs.ts'

/**
 * The host clusters of the present state's L2 tables, and of the guest data these refer to (which lies
 * elsewhere when there is an external data file). What no file of `clusters` clusters has is left out.
 * Throws `structure-damaged` and `cancelled`.
 */
export async function presentClusters(
  file: BlockFile,
  area: HeaderArea,
  { clusters, signal, pause }: OperationContext & { readonly clusters: number },
): Promise<BitSet> {
  const { geometry, dataFileName } = area
  const present = new BitSet(clusters)
  const breathe = breather(signal, { pause })
  const tree = activeTree(file, area)
  const add = (first: number, count: number) => {
    for (let at = first; at < Math.min(first + count, clusters); at++) present.add(at)
  }
  for (let index = 0; index < tree.entries; index++) {
    const offset = tree.l2OffsetAt(index)
    if (offset === 0) continue
    add(offset / geometry.clusterSize, 1)
    if (dataFileName === undefined) {
      for (const run of entryRuns(tree.readL2(offset), geometry)) add(run.first, run.clusters)
    }
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return present
}
