import { isAligned } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { refcountAccess, refcountBlockOffset } from '../format/refcount-block.ts'
import { readWordTable, type WordTable } from '../word-table.ts'
import { PAGE_CLUSTERS, type PackedCounts } from './count-pages.ts'

/** The refcount structure as the file has it: its table in memory (8 MiB at most), its blocks on demand. */
export class StoredBlocks {
  readonly #file: BlockFile
  readonly #area: HeaderArea
  readonly #table: WordTable

  /** What of the table lies past the end of the file reads as zero: there are no blocks. */
  constructor(file: BlockFile, area: HeaderArea) {
    this.#file = file
    this.#area = area
    const { header, geometry } = area
    this.#table = readWordTable(file, {
      at: header.refcountTableOffset,
      entries: (header.refcountTableClusters * geometry.clusterSize) / 8,
      tag: 'refcount-table',
    })
  }

  /** Entries of the table. */
  get entries(): number {
    return this.#table.length / 2
  }

  /** Entries up to and with the last that has a block: a table covers far more than any file has. */
  get usedEntries(): number {
    let used = this.entries
    while (used > 0 && this.offsetOf(used - 1) === 0) used--
    return used
  }

  /** Host offset of a block, or 0 for none: whatever the table says. */
  offsetOf(index: number): number {
    return refcountBlockOffset(this.#table[2 * index + 1] ?? 0, this.#table[2 * index] ?? 0)
  }

  /** Whether a block is where a block can be: aligned and whole inside the file. */
  isReadable(index: number): boolean {
    const offset = this.offsetOf(index)
    const { clusterSize } = this.#area.geometry
    return isAligned(offset, clusterSize) && offset + clusterSize <= this.#file.size()
  }

  /** The counts of one page of clusters. Throws `structure-damaged`. */
  page(page: number): number | PackedCounts {
    const {
      refcountBlockEntries: perBlock,
      refcountOrder: order,
      refcountBits,
    } = this.#area.geometry
    const first = page * PAGE_CLUSTERS
    if (first >= this.entries * perBlock) return 0
    const bytes = new Uint8Array((PAGE_CLUSTERS * refcountBits) / 8)
    let isStored = false
    for (let at = first; at < first + PAGE_CLUSTERS;) {
      const index = Math.floor(at / perBlock)
      const end = Math.min(first + PAGE_CLUSTERS, (index + 1) * perBlock)
      const offset = this.#blockAt(index)
      if (offset !== 0) {
        const from = ((at - first) * refcountBits) / 8
        const into = bytes.subarray(from, from + ((end - at) * refcountBits) / 8)
        this.#file.readNow(into, offset + ((at % perBlock) * refcountBits) / 8, 'refcount-block')
        isStored = true
      }
      at = end
    }
    if (!isStored) return 0
    if (order === WIDEST_ORDER) this.#refuseImpossible(bytes, first)
    return { order, bytes }
  }

  #blockAt(index: number): number {
    const offset = this.offsetOf(index)
    if (offset === 0 || this.isReadable(index)) return offset
    throw new ImageError('structure-damaged', {
      path: this.#file.name,
      structure: 'refcount table',
      offset: this.#area.header.refcountTableOffset + index * 8,
      found: `a refcount block at 0x${offset.toString(16)}`,
      expected: 'an aligned place inside the file',
    })
  }

  /** Counts past 2^53 - 1 are no counts anybody reached: they would come back rounded. */
  #refuseImpossible(bytes: Uint8Array, first: number): void {
    const access = refcountAccess(WIDEST_ORDER)
    for (let at = 0; at < PAGE_CLUSTERS; at++) {
      if (access.get(bytes, at) <= Number.MAX_SAFE_INTEGER) continue
      throw new ImageError('structure-damaged', {
        path: this.#file.name,
        structure: 'refcount block',
        offset: (first + at) * this.#area.geometry.clusterSize,
        found: 'a refcount above 2^53',
      })
    }
  }
}

const WIDEST_ORDER = 6
