/**
 * L2 entries as two 32-bit halves, for the loops that look at millions of them. Bit positions are those
 * of the specification's "L2 table entry"; bits 32 to 63 are bits 0 to 31 of the high half.
 */
import type { CheckSubject } from './subject.ts'

export const copiedHigh = 0x8000_0000
export const compressedHigh = 0x4000_0000
export const zeroLow = 1
const offsetHigh = 0x00ff_ffff
const offsetLow = 0xffff_fe00
const reservedHigh = 0x3f00_0000
const reservedLow = 0x0000_01fe

/** The host offset of a standard entry (bits 9 to 55), in bytes. */
export const standardOffset = (low: number, high: number): number =>
  (high & offsetHigh) * 2 ** 32 + ((low & offsetLow) >>> 0)

export const hasOffset = (low: number, high: number): boolean =>
  (low & offsetLow) !== 0 || (high & offsetHigh) !== 0

export const hasReservedBits = (low: number, high: number): boolean =>
  (low & reservedLow) !== 0 || (high & reservedHigh) !== 0

export const isCopied = (high: number): boolean => (high & copiedHigh) !== 0

export const isCompressed = (high: number): boolean => (high & compressedHigh) !== 0

export type EntryKind = 'compressed' | 'zero-plain' | 'zero-allocated' | 'unallocated' | 'normal'

/** What a non-zero entry says, as QEMU reads it: the zero flag counts in version 2 too. */
export function entryKind(subject: CheckSubject, low: number, high: number): EntryKind {
  if (isCompressed(high)) return 'compressed'
  const allocated = hasOffset(low, high)
  if (subject.l2EntryBytes === 8 && (low & zeroLow) !== 0) {
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
  const highBits = 62 - (clusterBits - 8) - 32
  const offset = (high & (2 ** highBits - 1)) * 2 ** 32 + low
  const sectors = ((high >>> highBits) & (2 ** (clusterBits - 8) - 1)) + 1
  return { offset, length: sectors * 512 - (low & 511) }
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
