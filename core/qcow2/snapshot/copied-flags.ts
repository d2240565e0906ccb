import { ImageError } from '../../errors/image-error.ts'
import type { Geometry } from '../format/geometry.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import type { WordTable } from '../word-table.ts'
import { entryRuns } from './entry-runs.ts'

/** How often clusters are referred to. */
export interface Counts {
  count(hostCluster: number): number
  /** The count that the clusters [from, to) are known to share; undefined: look at each. */
  uniformCount(from: number, to: number): number | undefined
}

/**
 * The rule of the COPIED flag in active tables: set exactly where the cluster may be written in place,
 * because it has one reference. (Specification, "L2 table entry"; the check's rule 9.) Throws
 * `refcounts-contradict` when a cluster that the table refers to counts as free.
 */
export function flagsAreRight(words: WordTable, geometry: Geometry, counts: Counts): boolean {
  const stride = geometry.hasSubclusters ? 4 : 2
  let right = true
  // To the end even when a flag is wrong: every cluster in use has to be counted.
  for (const { from, to, first, clusters, kind } of entryRuns(words, geometry)) {
    const copied = isCopied(words, from * stride)
    // Entries of a run are equal but for their offsets.
    const uniform =
      kind === 'standard' ? counts.uniformCount(first, first + (to - from)) : undefined
    if (uniform !== undefined) {
      mustBeCounted(uniform, first, geometry)
      if ((uniform === 1) !== copied) right = false
      continue
    }
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const count = counts.count(cluster)
      mustBeCounted(count, cluster, geometry)
      const isOwn = kind === 'standard' && count === 1
      if (isOwn !== copied) right = false
    }
  }
  return right
}

/** A cluster in use that counts as free could be given out and overwritten. */
export function mustBeCounted(count: number, cluster: number, { clusterSize }: Geometry): void {
  if (count > 0) return
  throw new ImageError('refcounts-contradict', { offset: cluster * clusterSize })
}

/** Sets and clears the flags of an active L2 table as that rule wants them. */
export function setFlags(words: WordTable, geometry: Geometry, counts: Counts): void {
  const stride = geometry.hasSubclusters ? 4 : 2
  for (const { from, to, first, kind } of entryRuns(words, geometry)) {
    const uniform = counts.uniformCount(first, first + (to - from))
    for (let index = from; index < to; index++) {
      const count = uniform ?? counts.count(first + (index - from))
      setCopied(words, index * stride, kind === 'standard' && count === 1)
    }
  }
}

const isCopied = (words: WordTable, at: number): boolean =>
  ((words[at + 1] ?? 0) & COPIED_HIGH) !== 0

/** `at` is the position of the entry's low half. */
export function setCopied(words: WordTable, at: number, copied: boolean): void {
  const high = words[at + 1] ?? 0
  words[at + 1] = copied ? high | COPIED_HIGH : high & ~COPIED_HIGH
}
