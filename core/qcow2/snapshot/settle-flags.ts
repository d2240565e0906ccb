import { breather } from '../../base/abort.ts'
import { wordFromNumber } from '../../base/word64.ts'
import type { OperationContext } from '../../progress.ts'
import type { Geometry } from '../format/geometry.ts'
import { entryOffset } from '../format/l1-entry.ts'
import type { Restructure } from '../restructure/restructure.ts'
import { fileBytesOf, type WordTable } from '../word-table.ts'
import { flagsAreRight, mustBeCounted, setCopied, setFlags } from './copied-flags.ts'
import type { L1Tree } from './l1-tree.ts'

export interface SettleOptions extends OperationContext {
  readonly geometry: Geometry
  /**
   * Which L1 entries belong to a new snapshot too: both go on sharing an L2 table that has to move, or every
   * snapshot would cost a second copy of all tables. Default: none.
   */
  readonly isShared?: ((index: number) => boolean) | undefined
}

/**
 * Makes the COPIED flags of the active tables agree with the new counts, which are complete by now. An L2
 * table whose flags change is written anew in another place: the old image may not see it. Gives the L1
 * table that belongs to it; nothing is reserved before every table was looked at.
 */
export async function settleFlags(
  change: Restructure,
  tree: L1Tree,
  options: SettleOptions,
): Promise<WordTable> {
  const { geometry, signal, pause: gate, onProgress, isShared: isSharedAt = () => false } = options
  const breathe = breather(signal, { pause: gate })
  const report = (phase: string, done: number, total: number) => {
    const { clusterSize } = geometry
    onProgress?.({ phase, done: done * clusterSize, total: total * clusterSize, unit: 'bytes' })
  }
  const wrong: number[] = []
  for (let index = 0; index < tree.entries; index++) {
    const offset = tree.l2OffsetAt(index)
    if (offset !== 0) {
      const words = tree.readL2(offset)
      const cluster = offset / geometry.clusterSize
      mustBeCounted(change.count(cluster), cluster, geometry)
      if (!flagsAreRight(words, geometry, change)) wrong.push(index)
    }
    const pause = breathe()
    if (pause !== undefined) {
      report('flags', index, tree.entries)
      await pause
    }
  }
  const l1 = tree.l1.slice()
  for (const [done, index] of wrong.entries()) {
    const old = tree.l2OffsetAt(index)
    const words = tree.readL2(old)
    setFlags(words, geometry, change)
    const isShared = isSharedAt(index)
    change.remove(old, 1, isShared ? 2 : 1)
    const place = change.reserve(1)
    if (isShared) change.add(place.offset, 1)
    change.write(place, fileBytesOf(words), 'l2-table')
    const { high, low } = wordFromNumber(place.offset)
    l1[2 * index] = low
    l1[2 * index + 1] = high
    const pause = breathe()
    if (pause !== undefined) {
      report('writing', done, wrong.length)
      await pause
    }
  }
  for (let index = 0; index < tree.entries; index++) {
    const offset = entryOffset(l1[2 * index + 1] ?? 0, l1[2 * index] ?? 0)
    if (offset === 0) continue
    setCopied(l1, 2 * index, change.count(offset / geometry.clusterSize) === 1)
  }
  return l1
}
