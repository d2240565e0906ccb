import { entryKind, isCopied } from '../check/l2-layout.ts'
import type { CheckSubject } from '../check/subject.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import type { WordTable } from '../word-table.ts'

/** How often the new structure refers to a host cluster. */
export type CountOf = (hostCluster: number) => number

/**
 * Sets and clears the COPIED flags of an active L2 table as the check wants them: set exactly where the
 * refcount is one. Compressed clusters never have it. Damaged entries keep whatever else they say.
 * Gives how many changed.
 */
export function correctL2Flags(words: WordTable, subject: CheckSubject, countOf: CountOf): number {
  const stride = subject.l2EntryBytes / 4
  let changed = 0
  for (let at = 0; at < words.length; at += stride) {
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    if (low === 0 && high === 0) continue
    const kind = entryKind(subject, low, high)
    if (kind !== 'normal' && kind !== 'zero-allocated') continue
    // Clusters of a data file have no refcounts: they count as referenced once.
    const isOwn =
      subject.hasDataFile || countOf(Math.floor(entryOffset(high, low) / subject.clusterSize)) === 1
    if (isOwn === isCopied(high)) continue
    words[at + 1] = (high ^ COPIED_HIGH) >>> 0
    changed++
  }
  return changed
}

/** The same for an active L1 table and its L2 tables. */
export function correctL1Flags(words: WordTable, clusterSize: number, countOf: CountOf): number {
  let changed = 0
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1] ?? 0
    const l2Offset = entryOffset(high, words[at] ?? 0)
    if (l2Offset === 0) continue
    if ((countOf(Math.floor(l2Offset / clusterSize)) === 1) === isCopied(high)) continue
    words[at + 1] = (high ^ COPIED_HIGH) >>> 0
    changed++
  }
  return changed
}
