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

/** What decides how an L2 entry goes on in the new file. */
export interface EntryRules {
  readonly geometry: Geometry
  readonly version: 2 | 3
  /** Something would show through an entry that is unallocated. */
  readonly hasBacking: boolean
  /** Whether every byte of a host cluster is known to be zero. */
  readonly isZero: (hostCluster: number) => boolean
}

/** How one L2 entry goes on; one object is used again and again, for walks meet millions of entries. */
export interface PlannedEntry {
  /**
   * `none`: all bits zero. `flags`: nothing stored, only said to be zero. `data`: one host cluster, whole.
   * `packed`: compressed data.
   */
  kind: 'none' | 'flags' | 'data' | 'packed'
  /** Host offset of what has to be carried over; 0 for `none` and `flags`. */
  offset: number
  /** Bytes from there. */
  length: number
  /** Low half of the new entry without an offset: the zero flag or nothing. */
  low: number
  /** Of extended entries: which subclusters are allocated, and which read as zeroes. */
  alloc: number
  zeroes: number
}

export const newPlannedEntry = (): PlannedEntry => ({
  kind: 'none',
  offset: 0,
  length: 0,
  low: 0,
  alloc: 0,
  zeroes: 0,
})

/**
 * Looks at entry `index` of an L2 table. Clusters that are allocated and not read (behind a zero flag, or
 * without an allocated subcluster) are left out, and so are those that hold zeroes only: their entry
 * becomes unallocated, or says zero where a backing image would show through. Version 2 has no way to
 * say that. Throws `structure-damaged` for what no reader understands.
 */
export function planEntry(
  words: WordTable,
  index: number,
  rules: EntryRules,
  into: PlannedEntry,
): void {
  const { geometry } = rules
  const at = index * (geometry.hasSubclusters ? 4 : 2)
  const low = words[at] ?? 0
  const high = words[at + 1] ?? 0
  into.low = 0
  into.alloc = 0
  into.zeroes = 0
  into.length = geometry.clusterSize
  if (isCompressed(high)) {
    into.kind = 'packed'
    into.offset = compressedOffset(high, low, geometry)
    into.length = compressedLength(into.offset, compressedSectors(high, geometry))
    return
  }
  into.offset = entryOffset(high, low)
  if (into.offset % geometry.clusterSize !== 0) {
    throw damaged(into.offset, `a place inside a cluster of ${geometry.clusterSize} bytes`)
  }
  if (geometry.hasSubclusters) {
    planExtended(words[at + 2] ?? 0, words[at + 3] ?? 0, rules, into)
  } else {
    planStandard((low & ZERO_LOW) !== 0, rules, into)
  }
  if (into.kind === 'none' || into.kind === 'flags') into.offset = 0
}

function planStandard(
  saysZero: boolean,
  { geometry, version, hasBacking, isZero }: EntryRules,
  into: PlannedEntry,
): void {
  if (saysZero) {
    if (version === 2) throw damaged(into.offset, 'a zero flag in an image of version 2')
    into.kind = 'flags'
    into.low = ZERO_LOW
    return
  }
  into.kind = into.offset === 0 ? 'none' : 'data'
  if (into.kind === 'none' || !isZero(into.offset / geometry.clusterSize)) return
  if (!hasBacking) {
    into.kind = 'none'
  } else if (version >= 3) {
    into.kind = 'flags'
    into.low = ZERO_LOW
  }
}

function planExtended(
  alloc: number,
  zeroes: number,
  { geometry, hasBacking, isZero }: EntryRules,
  into: PlannedEntry,
): void {
  if ((alloc & zeroes) !== 0 || (into.offset === 0 && alloc !== 0)) {
    throw damaged(into.offset, 'subclusters that contradict each other')
  }
  into.zeroes = zeroes
  if (alloc !== 0 && !isZero(into.offset / geometry.clusterSize)) {
    into.kind = 'data'
    into.alloc = alloc
    return
  }
  if (hasBacking) into.zeroes = (zeroes | alloc) >>> 0
  into.kind = into.zeroes === 0 ? 'none' : 'flags'
}

const damaged = (offset: number, found: string) =>
  new ImageError('structure-damaged', {
    structure: 'L2 table entry',
    offset,
    found,
    expected: 'a valid cluster mapping',
  })
