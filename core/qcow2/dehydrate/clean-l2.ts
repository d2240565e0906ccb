import { unreachable } from '../../base/assert.ts'
import { alignDown, alignUp } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { compressedSpan, entryKind, hasReservedBits } from '../check/l2-layout.ts'
import { SECTOR } from '../format/constants.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import { COMPRESSED_HIGH, ZERO_LOW } from '../format/l2-entry.ts'
import type { WordTable } from '../word-table.ts'
import type { Places } from './places.ts'
import type { TableHealth } from './table-health.ts'

/** The reserved bit that stands for any. */
const reservedStandIn = 2

interface Entry {
  readonly low: number
  readonly high: number
  /** Extended L2, 0 otherwise. */
  readonly allocated: number
  readonly zeroes: number
}

/**
 * Replaces what no L2 entry of this file can be by an entry that provokes the same finding: of the one that
 * was there, its kind, its flags and the clusters of this file that it counts are left.
 */
export function cleanL2(words: WordTable, tableOffset: number, places: Places): TableHealth {
  return new L2Cleaner(words, tableOffset, places).clean()
}

class L2Cleaner {
  readonly #words: WordTable
  readonly #tableOffset: number
  readonly #places: Places
  /** End of what may be referred to: in this file, or in the data file. */
  readonly #dataFileEnd: number

  constructor(words: WordTable, tableOffset: number, places: Places) {
    this.#words = words
    this.#tableOffset = tableOffset
    this.#places = places
    const { virtualSize, clusterSize } = places.subject
    // QEMU keeps a guest cluster at its guest offset there, with a raw data file or without.
    this.#dataFileEnd = alignUp(virtualSize, clusterSize)
  }

  clean(): TableHealth {
    const words = this.#words
    const isExtended = this.#places.subject.l2EntryBytes === 16
    const stride = isExtended ? 4 : 2
    let entries = 0
    let damaged = 0
    for (let at = 0; at < words.length; at += stride) {
      const entry: Entry = {
        low: words[at] ?? 0,
        high: words[at + 1] ?? 0,
        allocated: isExtended ? (words[at + 2] ?? 0) : 0,
        zeroes: isExtended ? (words[at + 3] ?? 0) : 0,
      }
      if (entry.low === 0 && entry.high === 0 && entry.allocated === 0 && entry.zeroes === 0) {
        continue
      }
      entries++
      const standIn = this.#standIn(entry, at)
      if (standIn === undefined) continue
      if (!isScattered(entry)) damaged++
      words[at] = standIn.low
      words[at + 1] = standIn.high
      if (isExtended) {
        words[at + 2] = standIn.allocated
        words[at + 3] = standIn.zeroes
      }
    }
    return { entries, damaged }
  }

  /** What is written in place of a damaged entry; undefined for a whole one. */
  #standIn(entry: Entry, at: number): Entry | undefined {
    const kind = entryKind(this.#places.subject, entry.low, entry.high)
    switch (kind) {
      case 'compressed':
        return this.#compressed(entry)
      case 'normal':
      case 'zero-allocated':
        return this.#allocated(entry, at)
      case 'zero-plain':
      case 'unallocated':
        return this.#withoutCluster(entry)
      default:
        return unreachable(kind)
    }
  }

  #compressed(entry: Entry): Entry | undefined {
    const { clusterBits, clusterSize, fileLength, hasDataFile } = this.#places.subject
    const { low, high, allocated, zeroes } = entry
    const copied = high & COPIED_HIGH
    const marksSubclusters = allocated !== 0 || zeroes !== 0
    // Nobody looks at where these lie.
    if (hasDataFile || marksSubclusters) {
      const flags = { allocated: marksSubclusters ? 1 : 0, zeroes: 0 }
      return { low: 0, high: (copied | COMPRESSED_HIGH) >>> 0, ...flags }
    }
    const span = compressedSpan(clusterBits, low, high)
    const end = span.offset + span.length
    const isInFile = end < fileLength + clusterSize
    const longest = clusterSize + SECTOR
    if (copied === 0 && isInFile && span.length <= longest) return undefined
    const first = alignDown(span.offset, clusterSize)
    const place = isInFile
      ? compressedOver(first, alignDown(end - 1, clusterSize), clusterSize)
      : { offset: this.#places.pastEnd, sectors: 1 }
    const sectorsUnit = 2 ** (62 - (clusterBits - 8) - 32)
    const wanted =
      copied +
      COMPRESSED_HIGH +
      (place.sectors - 1) * sectorsUnit +
      Math.floor(place.offset / HIGH_UNIT)
    return { low: place.offset % HIGH_UNIT, high: wanted >>> 0, allocated: 0, zeroes: 0 }
  }

  #allocated(entry: Entry, at: number): Entry | undefined {
    const { low, high, allocated, zeroes } = entry
    const { subject } = this.#places
    const isExtended = subject.l2EntryBytes === 16
    const offset = entryOffset(high, low)
    const isReserved = hasReservedBits(low, high)
    const isAligned = offset % subject.clusterSize === 0
    const contradicts = (allocated & zeroes) !== 0
    const hasOddZero = isExtended && (low & ZERO_LOW) !== 0
    const isKnown = subject.hasDataFile ? offset < this.#dataFileEnd : this.#places.isKnown(offset)
    if (!isReserved && isAligned && !contradicts && !hasOddZero && isKnown) return undefined
    const cluster = isKnown ? alignDown(offset, subject.clusterSize) : this.#outside(offset, at)
    const to = isAligned ? cluster : cluster + SECTOR
    const zero = isExtended ? 0 : low & ZERO_LOW
    return {
      low: (to % HIGH_UNIT) + zero + (isReserved ? reservedStandIn : 0),
      high: ((high & COPIED_HIGH) | Math.floor(to / HIGH_UNIT)) >>> 0,
      allocated: allocated === 0 ? 0 : 1,
      zeroes: contradicts ? 1 : zeroes === 0 ? 0 : 2,
    }
  }

  #outside(offset: number, at: number): number {
    const { subject } = this.#places
    if (!subject.hasDataFile) return this.#places.standInFor(offset)
    // One for each entry: sharing a cluster of the data file would be a finding of its own.
    const own = this.#tableOffset / 8 + at / 2
    return this.#dataFileEnd + own * subject.clusterSize
  }

  #withoutCluster(entry: Entry): Entry | undefined {
    const { low, high, allocated, zeroes } = entry
    const isExtended = this.#places.subject.l2EntryBytes === 16
    const zero = isExtended ? 0 : low & ZERO_LOW
    const isReserved = hasReservedBits(low, high)
    const copied = (high & COPIED_HIGH) >>> 0
    const isPlain = low === zero && high === copied
    if (isPlain && allocated === 0 && !isScattered(entry)) return undefined
    return {
      low: zero + (isReserved ? reservedStandIn : 0),
      high: copied,
      allocated: allocated === 0 ? 0 : 1,
      zeroes: zeroes === 0 ? 0 : 2,
    }
  }
}

/** Runs of subclusters that read as zeroes, in an entry without a cluster. */
const mostZeroRuns = 2

/**
 * An entry that says nothing but which subclusters read as zeroes, in more pieces than programs make: four bytes
 * of anything. No damage, for any pieces are allowed; but nobody needs to know which.
 */
function isScattered({ low, high, allocated, zeroes }: Entry): boolean {
  if (low !== 0 || high !== 0 || allocated !== 0) return false
  let runs = 0
  for (let starts = (zeroes & ~(zeroes << 1)) >>> 0; starts !== 0; starts &= starts - 1) runs++
  return runs > mostZeroRuns
}

/** Packed data that touches the clusters from `first` to `last` (their offsets) and says nothing else. */
function compressedOver(first: number, last: number, clusterSize: number) {
  // Two clusters further is only reached from inside a cluster: the field counts two clusters of sectors at most.
  if (last - first > clusterSize) {
    return { offset: first + SECTOR, sectors: (2 * clusterSize) / SECTOR }
  }
  return { offset: first, sectors: (last - first) / SECTOR + 1 }
}
