import type { ReferenceCounts } from '../check/reference-counts.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import { looksLikeData, type TableHealth } from './table-health.ts'

export interface CountedBlock {
  /** The cluster that the first refcount of the block is of. */
  readonly firstCluster: number
  readonly refcountOrder: number
  /** How often each cluster is referred to; undefined when the image could not be counted. */
  readonly counts: ReferenceCounts | undefined
}

/**
 * Replaces refcounts that say more than how they stand to the references that were counted. Refcounts can be
 * any number, so nothing in a block tells it from guest data; but one that is right, zero, one, or wrong by
 * one is no news to whoever has the tables. Of all others it is left that they are too high or too low; and of
 * refcounts narrower than a byte, which are always near the right ones, a block with many wrong ones is none.
 */
export function cleanRefcounts(
  block: Uint8Array,
  { firstCluster, refcountOrder, counts }: CountedBlock,
): TableHealth & { readonly looksLikeData: boolean } {
  const access = refcountAccess(refcountOrder)
  const perBlock = (block.length * 8) / 2 ** refcountOrder
  const countedEnd = counts?.end ?? 0
  let entries = 0
  let damaged = 0
  let wrongStretches = 0
  let last = { stored: 0, found: 0, standIn: 0 }
  for (let index = 0; index < perBlock; index++) {
    const stored = access.get(block, index)
    const cluster = firstCluster + index
    const found = counts !== undefined && cluster < countedEnd ? counts.get(cluster) : 0
    if (stored !== 0) entries++
    if (stored === found) {
      last = { stored, found, standIn: stored }
      continue
    }
    const isSame = stored === last.stored && found === last.found
    if (!isSame) wrongStretches++
    const standIn = isSame ? last.standIn : standInFor(stored, found, last.standIn, access.max)
    last = { stored, found, standIn }
    if (standIn === stored) continue
    damaged++
    access.set(block, index, standIn)
  }
  const isNoise = refcountOrder < wideOrder && wrongStretches > mostNarrowStretches
  return { entries, damaged, looksLikeData: isNoise || looksLikeData({ entries, damaged }) }
}

/** Refcounts of a byte and more. */
const wideOrder = 3
/**
 * Narrower ones are all near the right ones, so replacing them hides nothing: bits of text would pass as leaks.
 * More stretches of wrong ones than these four bytes of text have are not believed.
 */
const mostNarrowStretches = 8

/** Never one, which the COPIED flags are compared with, unless it was; another than its neighbour's. */
function standInFor(stored: number, found: number, neighbour: number, max: number): number {
  if (stored <= 1 || Math.abs(stored - found) === 1) return stored
  const least = stored > found ? Math.max(2, found + 1) : 2
  const most = stored > found ? max : found - 1
  return least === neighbour && least + 1 <= most ? least + 1 : least
}
