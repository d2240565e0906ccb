import { BitSet } from '../../base/bit-set.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { Geometry } from '../format/geometry.ts'
import { entryOffset } from '../format/l1-entry.ts'
import {
  compressedLength,
  compressedOffset,
  compressedSectors,
  isCompressed,
  ZERO_LOW,
} from '../format/l2-entry.ts'
import type { WordTable } from '../word-table.ts'

/** An L2 table of a snapshot that is kept while the snapshot is gone. */
export interface KeptTable {
  /** Of the L1 table. */
  readonly index: number
  /** As `readEntries` leaves them. */
  readonly words: WordTable
  /** The entries whose bytes are kept; those of the others are in the image. */
  readonly kept: BitSet
}

/** Entries [first, first + entries) of an L2 table and the bytes of the image file they refer to. */
export interface StoredPiece {
  readonly kind: 'standard' | 'compressed'
  readonly first: number
  readonly entries: number
  /** Host offset; of packed data any byte. */
  readonly offset: number
  /** Bytes. */
  readonly length: number
}

/** Bytes of a piece at most, but for a cluster that has more. */
const PIECE_BYTES = 2 ** 20

/**
 * An L2 table as a snapshot needs it: without COPIED flags and reserved bits, and without the places of
 * clusters that nothing is read from (zero clusters that keep their space, subclusters none of which is stored).
 * Throws `structure-damaged` for a place inside a cluster.
 */
export function readEntries(table: WordTable, geometry: Geometry): WordTable {
  const words = table.slice()
  const stride = geometry.hasSubclusters ? 4 : 2
  for (let at = 0; at < words.length; at += stride) {
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    if (low === 0 && high === 0) continue
    if (isCompressed(high)) {
      words[at + 1] = high & FLAGLESS
      continue
    }
    const isZero = !geometry.hasSubclusters && (low & ZERO_LOW) !== 0
    const isUnread = isZero || (geometry.hasSubclusters && words[at + 2] === 0)
    if (!isUnread) mustBeAligned(entryOffset(high, low), geometry)
    words[at] = isUnread ? (isZero ? ZERO_LOW : 0) : low & OFFSET_LOW
    words[at + 1] = isUnread ? 0 : high & OFFSET_HIGH
  }
  return words
}

/**
 * What entries of `readEntries` refer to, in order. Neighbours that lie side by side are one piece where they
 * are all in `marks`, or none of them is; compressed clusters come one by one.
 */
export function* storedPieces(
  words: WordTable,
  geometry: Geometry,
  marks: BitSet,
): Generator<StoredPiece> {
  const { clusterSize, l2Entries } = geometry
  const stride = geometry.hasSubclusters ? 4 : 2
  const offsetAt = (index: number) => {
    const high = words[index * stride + 1] ?? 0
    return isCompressed(high) ? 0 : entryOffset(high, words[index * stride] ?? 0)
  }
  for (let first = 0; first < l2Entries;) {
    const high = words[first * stride + 1] ?? 0
    if (isCompressed(high)) {
      const offset = compressedOffset(high, words[first * stride] ?? 0, geometry)
      const length = compressedLength(offset, compressedSectors(high, geometry))
      yield { kind: 'compressed', first, entries: 1, offset, length }
      first++
      continue
    }
    const offset = offsetAt(first)
    if (offset === 0) {
      first++
      continue
    }
    const isMarked = marks.has(first)
    let end = first + 1
    while (
      end < l2Entries &&
      (end + 1 - first) * clusterSize <= PIECE_BYTES &&
      marks.has(end) === isMarked &&
      offsetAt(end) === offset + (end - first) * clusterSize
    ) {
      end++
    }
    yield {
      kind: 'standard',
      first,
      entries: end - first,
      offset,
      length: (end - first) * clusterSize,
    }
    first = end
  }
}

/** Bytes that are kept of what a table refers to. */
export function keptBytes({ words, kept }: KeptTable, geometry: Geometry): number {
  let bytes = 0
  for (const { first, length } of storedPieces(words, geometry, kept)) {
    if (kept.has(first)) bytes += length
  }
  return bytes
}

/** Whether two entries refer to the same bytes; both of `readEntries`. */
export function refersToSame(
  one: WordTable,
  other: WordTable,
  index: number,
  { hasSubclusters }: Geometry,
): boolean {
  const at = index * (hasSubclusters ? 4 : 2)
  return one[at] === other[at] && one[at + 1] === other[at + 1]
}

/** All entries that refer to bytes of the image file. */
export function storedEntries(words: WordTable, geometry: Geometry): BitSet {
  const stored = new BitSet(geometry.l2Entries)
  for (const { first, entries } of storedPieces(words, geometry, stored)) {
    for (let index = first; index < first + entries; index++) stored.add(index)
  }
  return stored
}

const FLAGLESS = 0x7fff_ffff
const OFFSET_LOW = 0xffff_fe00
const OFFSET_HIGH = 0x00ff_ffff

function mustBeAligned(offset: number, { clusterSize }: Geometry): void {
  if (offset % clusterSize === 0) return
  throw new ImageError('structure-damaged', {
    structure: 'L2 table entry',
    offset,
    found: 'a place inside a cluster',
    expected: `a multiple of ${clusterSize}`,
  })
}
