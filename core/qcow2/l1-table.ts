import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { L1_ENTRY_BYTES } from './format/constants.ts'
import { entryOffset } from './format/l1-entry.ts'
import { readWordTable, type WordTable } from './word-table.ts'

/** Entries of one page: 64 KiB, so that opening a huge image reads nothing it does not need. */
export const PAGE_ENTRIES = 8192

export interface TablePlace {
  /** Host offset. */
  readonly offset: number
  readonly entries: number
}

/** An L1 table, the active one or a snapshot's, read page by page as it is asked for (32 MiB at most). */
export class L1Table {
  readonly place: TablePlace
  readonly #file: BlockFile
  readonly #pages: (WordTable | undefined)[] = []

  constructor(file: BlockFile, place: TablePlace) {
    this.#file = file
    this.place = place
  }

  /**
   * Host offset of L2 table `index`, or 0 where the whole range is unallocated: entries past the end of
   * the table are. Throws `structure-damaged` when the table lies past the end of the file, which QEMU
   * reads as "nothing is allocated", silently.
   */
  l2OffsetAt(index: number): number {
    if (index >= this.place.entries) return 0
    const page = this.#page(Math.floor(index / PAGE_ENTRIES))
    const at = (index % PAGE_ENTRIES) * 2
    return entryOffset(page[at + 1] ?? 0, page[at] ?? 0)
  }

  #page(number: number): WordTable {
    const known = this.#pages[number]
    if (known !== undefined) return known
    const first = number * PAGE_ENTRIES
    const entries = Math.min(PAGE_ENTRIES, this.place.entries - first)
    const at = this.place.offset + first * L1_ENTRY_BYTES
    const fileLength = this.#file.size()
    if (at + entries * L1_ENTRY_BYTES > fileLength) {
      throw new ImageError('structure-damaged', {
        path: this.#file.name,
        structure: 'L1 table',
        offset: at,
        found: `a file that ends at ${fileLength}`,
        expected: `${entries * L1_ENTRY_BYTES} bytes of table`,
      })
    }
    const page = readWordTable(this.#file, { at, entries, tag: 'l1-table' })
    this.#pages[number] = page
    return page
  }
}
