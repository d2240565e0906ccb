import { pow2 } from '../../base/bits.ts'
import { HIGH_UNIT, word64, wordFromNumber, wordToHex, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { SECTOR } from './constants.ts'
import type { Geometry } from './geometry.ts'
import { COPIED_HIGH, entryOffset } from './l1-entry.ts'

/**
 * An L2 table entry (qcow2 specification, "L2 table entry"). The functions on (high, low) halves are for
 * loops over millions of entries; `decodeL2Entry` makes one value, for everything else.
 *
 *     standard     63 COPIED | 62 = 0 | 61..56 reserved | 55..9 host offset | 8..1 reserved | 0 ZERO
 *     compressed   63 COPIED | 62 = 1 | 61..x sectors - 1 | x-1..0 host offset      x = 70 - cluster_bits
 *
 * An extended entry has a second word: 31..0 subcluster is allocated, 63..32 subcluster reads as zeroes.
 */
export type L2Entry =
  | { readonly kind: 'unallocated'; readonly reserved: Word64; readonly copied: boolean }
  | { readonly kind: 'zero-plain'; readonly reserved: Word64; readonly copied: boolean }
  | StoredEntry
  | CompressedEntry

interface StoredEntry {
  readonly kind: 'normal' | 'zero-allocated'
  readonly hostOffset: HostOffset
  readonly copied: boolean
  /** Bits that must be 0, as they stand. */
  readonly reserved: Word64
}

interface CompressedEntry {
  readonly kind: 'compressed'
  /** Any byte: compressed clusters are not aligned. */
  readonly hostOffset: HostOffset
  /** Whole 512-byte sectors the stream may touch, the one of `hostOffset` included. */
  readonly sectors: number
  /** Must be false: compressed clusters are never written in place. */
  readonly copied: boolean
}

export const COMPRESSED_HIGH = 0x4000_0000
export const ZERO_LOW = 1

export interface L2EntryRules {
  /** With a data file, host offset 0 is a place like any other when COPIED is set. */
  readonly hasDataFile: boolean
}

export const isCompressed = (high: number): boolean => (high & COMPRESSED_HIGH) !== 0

/** Bits of a standard entry that must be 0. Bit 0 is one of them only where subclusters say what is zero. */
export const l2ReservedBits = (high: number, low: number, hasSubclusters: boolean): Word64 =>
  word64(high & 0x3f00_0000, low & (hasSubclusters ? 0x1ff : 0x1fe))

/** Rounded past 2^53, which no file reaches; exact below. */
export function compressedOffset(
  high: number,
  low: number,
  geometry: Pick<Geometry, 'compressedOffsetBits'>,
): number {
  const highBits = geometry.compressedOffsetBits - 32
  return (high % pow2(highBits)) * HIGH_UNIT + low
}

/** Sectors that a compressed cluster may touch, the first included. */
export function compressedSectors(
  high: number,
  geometry: Pick<Geometry, 'compressedOffsetBits'>,
): number {
  const highBits = geometry.compressedOffsetBits - 32
  // Bits 62 and 63 are flags.
  return Math.floor((high % COMPRESSED_HIGH) / pow2(highBits)) + 1
}

/** Bytes of packed data at most: up to the end of the last sector. */
export const compressedLength = (offset: number, sectors: number): number =>
  sectors * SECTOR - (offset % SECTOR)

/** Throws `structure-damaged` for a compressed descriptor whose offset is past 2^53 - 1. */
export function decodeL2Entry(word: Word64, geometry: Geometry, rules: L2EntryRules): L2Entry {
  const { high, low } = word
  const copied = (high & COPIED_HIGH) !== 0
  if (isCompressed(high)) {
    const offset = compressedOffset(high, low, geometry)
    if (offset > Number.MAX_SAFE_INTEGER) {
      throw new ImageError('structure-damaged', {
        structure: 'L2 table entry',
        found: `compressed data at ${wordToHex(word)}`,
        expected: 'an offset below 2^53',
      })
    }
    const sectors = compressedSectors(high, geometry)
    return { kind: 'compressed', hostOffset: hostOffset(offset), sectors, copied }
  }
  const offset = hostOffset(entryOffset(high, low))
  const reserved = l2ReservedBits(high, low, geometry.hasSubclusters)
  if (!geometry.hasSubclusters && (low & ZERO_LOW) !== 0) {
    return offset === 0
      ? { kind: 'zero-plain', reserved, copied }
      : { kind: 'zero-allocated', hostOffset: offset, reserved, copied }
  }
  if (offset === 0 && !(rules.hasDataFile && copied))
    return { kind: 'unallocated', reserved, copied }
  return { kind: 'normal', hostOffset: offset, reserved, copied }
}

export function encodeL2Entry(entry: L2Entry, geometry: Geometry): Word64 {
  const copied = entry.copied ? COPIED_HIGH : 0
  if (entry.kind === 'compressed') {
    const sectors = (entry.sectors - 1) * pow2(geometry.compressedOffsetBits - 32)
    const offsetHigh = Math.floor(entry.hostOffset / HIGH_UNIT)
    return word64(copied | COMPRESSED_HIGH | sectors | offsetHigh, entry.hostOffset % HIGH_UNIT)
  }
  const offset = 'hostOffset' in entry ? wordFromNumber(entry.hostOffset) : word64(0, 0)
  const zero = entry.kind === 'zero-plain' || entry.kind === 'zero-allocated' ? ZERO_LOW : 0
  return word64(copied | offset.high | entry.reserved.high, offset.low | entry.reserved.low | zero)
}
