import { isAligned } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { L1_ENTRY_BYTES, limits } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { entryOffset } from '../format/l1-entry.ts'
import type { TablePlace } from '../l1-table.ts'
import { readWordTable, type WordTable } from '../word-table.ts'

/**
 * An L1 table and the L2 tables it refers to, of the active state or of a snapshot. Whoever counts or
 * moves references must see all of them, so nothing is passed over: a table that is not aligned or not
 * whole inside the file is `structure-damaged`.
 */
export class L1Tree {
  readonly l1: WordTable
  readonly #file: BlockFile
  readonly #geometry: Geometry

  private constructor(file: BlockFile, geometry: Geometry, l1: WordTable) {
    this.#file = file
    this.#geometry = geometry
    this.l1 = l1
  }

  /** Reads the L1 table (32 MiB at most); its L2 tables are read when they are asked for. */
  static read(file: BlockFile, geometry: Geometry, place: TablePlace): L1Tree {
    const bytes = place.entries * L1_ENTRY_BYTES
    const fileLength = file.size()
    if (bytes > limits.l1Table || !isAligned(place.offset, geometry.clusterSize)) {
      throw damaged(file, 'L1 table', place.offset, {
        found: `${place.entries} entries at 0x${place.offset.toString(16)}`,
        expected: `at most ${limits.l1Table} bytes at a multiple of ${geometry.clusterSize}`,
      })
    }
    if (place.offset + bytes > fileLength) {
      throw damaged(file, 'L1 table', place.offset, {
        found: `a file that ends at ${fileLength}`,
        expected: `${bytes} bytes of table`,
      })
    }
    const { offset: at, entries } = place
    return new L1Tree(file, geometry, readWordTable(file, { at, entries, tag: 'l1-table' }))
  }

  /** As if `l1` were in the file. */
  static of(file: BlockFile, geometry: Geometry, l1: WordTable): L1Tree {
    return new L1Tree(file, geometry, l1)
  }

  /** Entries of the L1 table. */
  get entries(): number {
    return this.l1.length / 2
  }

  /** Host offset of L2 table `index`, or 0 for none. */
  l2OffsetAt(index: number): number {
    return entryOffset(this.l1[2 * index + 1] ?? 0, this.l1[2 * index] ?? 0)
  }

  /** The L2 table at a host offset that `l2OffsetAt` gave. */
  readL2(offset: number): WordTable {
    const { clusterSize } = this.#geometry
    const fileLength = this.#file.size()
    if (!isAligned(offset, clusterSize) || offset + clusterSize > fileLength) {
      throw damaged(this.#file, 'L2 table', offset, {
        found: `a place in a file of ${fileLength} bytes`,
        expected: `${clusterSize} bytes at a multiple of it, inside the file`,
      })
    }
    return readWordTable(this.#file, { at: offset, entries: clusterSize / 8, tag: 'l2-table' })
  }
}

const damaged = (
  file: BlockFile,
  structure: string,
  offset: number,
  facts: { readonly found: string; readonly expected: string },
) => new ImageError('structure-damaged', { path: file.name, structure, offset, ...facts })
