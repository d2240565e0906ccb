/**
 * L2 entries as two 32-bit halves, for the loops that look at millions of them. Bit positions are those
 * of the specification's "L2 table entry"; bits 32 to 63 are bits 0 to 31 of the high half.
 */
import { isZeroWord } from '../../base/word64.ts'
import { SECTOR } from '../format/constants.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import {
  compressedLength,
  compressedOffset,
  compressedSectors,
  isCompressed,
  l2ReservedBits,
  ZERO_LOW,
} from '../format/l2-entry.ts'
import type { CheckSubject } from './subject.ts'

const offsetHigh = 0x00ff_ffff
const offsetLow = 0xffff_fe00

const hasOffset = (low: number, high: number): boolean =>
  (low & offsetLow) !== 0 || (high & offsetHigh) !== 0

/** As QEMU sees it: bit 0 is no reserved bit even where subclusters leave it without a meaning. */
export const hasReservedBits = (low: number, high: number): boolean =>
  !isZeroWord(l2ReservedBits(high, low, false))

export const isCopied = (high: number): boolean => (high & COPIED_HIGH) !== 0

export type EntryKind = 'compressed' | 'zero-plain' | 'zero-allocated' | 'unallocated' | 'normal'

/** What a non-zero entry says, as QEMU reads it: the zero flag counts in version 2 too. */
export function entryKind(subject: CheckSubject, low: number, high: number): EntryKind {
  if (isCompressed(high)) return 'compressed'
  const allocated = hasOffset(low, high)
  if (subject.l2EntryBytes === 8 && (low & ZERO_LOW) !== 0) {
    return allocated ? 'zero-allocated' : 'zero-plain'
  }
  if (allocated) return 'normal'
  // With a data file, guest cluster 0 may be stored at offset 0: COPIED tells it from unallocated.
  return subject.hasDataFile && isCopied(high) ? 'normal' : 'unallocated'
}

/** Where a compressed cluster lies: a byte offset, and bytes up to the end of its last sector. */
export function compressedSpan(
  clusterBits: number,
  low: number,
  high: number,
): { readonly offset: number; readonly length: number } {
  const bits = { compressedOffsetBits: 62 - (clusterBits - 8) }
  const offset = compressedOffset(high, low, bits)
  return { offset, length: compressedLength(offset % SECTOR, compressedSectors(high, bits)) }
}

/** A normal cluster without anything to say about it: aligned, an offset, no flag but COPIED. */
export const isPlain = (low: number, high: number, clusterSize: number): boolean =>
  (low & (clusterSize - 1)) === 0 &&
  (high & 0x7f00_0000) === 0 &&
  (low !== 0 || (high & offsetHigh) !== 0)

/**
 * Where the run of neighbouring clusters that starts at `from` ends. A function of its own, so that it is
 * compiled to machine code within the first table.
 */
export function endOfRun(halves: Int32Array, from: number, clusterSize: number): number {
  let low = halves[from] ?? 0
  let high = halves[from + 1] ?? 0
  let at = from
  do {
    at += 2
    low = (low + clusterSize) | 0
    if (low === 0) high = (high + 1) | 0
  } while (halves[at] === low && halves[at + 1] === high)
  return at
}
