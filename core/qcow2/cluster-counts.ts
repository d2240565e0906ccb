import { breather } from '../base/abort.ts'
import { isAligned } from '../base/bits.ts'
import type { ClusterCounts } from '../operations/image-info.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { L1_ENTRY_BYTES } from './format/constants.ts'
import type { Geometry } from './format/geometry.ts'
import type { HeaderArea } from './format/header-area.ts'
import { COPIED_HIGH, entryOffset } from './format/l1-entry.ts'
import { isCompressed, ZERO_LOW } from './format/l2-entry.ts'
import { readWordTable, type WordTable } from './word-table.ts'

/**
 * The guest clusters of the active state by how they are stored, from one pass over its L2 tables. A
 * table that is not where the file has bytes counts as unallocated: what is wrong is for check to say.
 */
export async function countClusters(
  file: BlockFile,
  { header, geometry, dataFileName }: HeaderArea,
  { signal, pause: gate, onProgress }: OperationContext = {},
): Promise<ClusterCounts> {
  const fileLength = file.size()
  const l1Entries = Math.min(
    geometry.l1EntriesNeeded,
    Math.floor(Math.max(0, fileLength - header.l1TableOffset) / L1_ENTRY_BYTES),
  )
  const l1 = readWordTable(file, { at: header.l1TableOffset, entries: l1Entries, tag: 'l1-table' })
  const tally = new Tally(geometry, dataFileName !== undefined)
  const breathe = breather(signal, { pause: gate })
  for (let index = 0; index < l1Entries; index++) {
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({ phase: 'tables', done: index, total: l1Entries, unit: 'clusters' })
      await pause
    }
    const at = entryOffset(l1[2 * index + 1] ?? 0, l1[2 * index] ?? 0)
    if (at === 0 || at >= fileLength || !isAligned(at, geometry.clusterSize)) continue
    const words = (geometry.l2Entries * geometry.l2EntryBytes) / L1_ENTRY_BYTES
    const table = readWordTable(file, { at, entries: words, tag: 'l2-table' })
    const clusters = geometry.guestClusters - index * geometry.l2Entries
    tally.add(table, Math.min(geometry.l2Entries, clusters))
  }
  return tally.counts()
}

class Tally {
  readonly #geometry: Geometry
  readonly #hasDataFile: boolean
  #normal = 0
  #zeroPlain = 0
  #zeroAllocated = 0
  #compressed = 0
  #fragmented = 0

  constructor(geometry: Geometry, hasDataFile: boolean) {
    this.#geometry = geometry
    this.#hasDataFile = hasDataFile
  }

  /** Adds the first `entries` entries of one L2 table. */
  add(table: WordTable, entries: number): void {
    const { clusterSize, hasSubclusters } = this.#geometry
    const stride = hasSubclusters ? 4 : 2
    // Starts anew with each table, as QEMU counts.
    let expected = 0
    for (let at = 0; at < entries * stride; at += stride) {
      const low = table[at] ?? 0
      const high = table[at + 1] ?? 0
      // The halves of an extended entry's second word: subclusters that are allocated, and that are zero.
      const allocBits = hasSubclusters ? (table[at + 2] ?? 0) : 0
      const zeroBits = hasSubclusters ? (table[at + 3] ?? 0) : 0
      if (isCompressed(high)) {
        this.#compressed++
        this.#fragmented++
        continue
      }
      const offset = entryOffset(high, low)
      const isZero = hasSubclusters ? zeroBits !== 0 && allocBits === 0 : low % 2 === ZERO_LOW
      // Offset 0 of a data file is a place like any other: there COPIED says that it is meant.
      const isPlace = offset !== 0 || (this.#hasDataFile && (high & COPIED_HIGH) !== 0)
      if (!isPlace) {
        if (isZero) this.#zeroPlain++
        continue
      }
      if (isZero) this.#zeroAllocated++
      else this.#normal++
      if (expected !== 0 && offset !== expected) this.#fragmented++
      expected = offset + clusterSize
    }
  }

  counts(): ClusterCounts {
    const total = this.#geometry.guestClusters
    const stored = this.#normal + this.#zeroPlain + this.#zeroAllocated + this.#compressed
    return {
      total,
      normal: this.#normal,
      zeroPlain: this.#zeroPlain,
      zeroAllocated: this.#zeroAllocated,
      compressed: this.#compressed,
      unallocated: total - stored,
      fragmented: this.#fragmented,
    }
  }
}
