import { invariant } from '../../base/assert.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { alignUp } from '../../base/bits.ts'
import { L1_ENTRY_BYTES, SECTOR } from '../format/constants.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import type { TablePlace } from '../l1-table.ts'
import type { L1Source } from '../layer-map.ts'
import { fileBytesOf, readWordTable, type WordTable } from '../word-table.ts'
import { DirtyRange } from './dirty-range.ts'
import type { TableContent } from './table-content.ts'
import { writeWords } from './write-words.ts'

/** The active L1 table, whole in memory (32 MiB at most) because every change of it is looked up here. */
export class L1Editor implements L1Source {
  readonly #file: WritableFile
  readonly #dirty = new DirtyRange()
  #place: TablePlace
  #words: WordTable
  /** The table has a new place in the file and is not referenced by the header yet. */
  #moved = false

  /** Throws `structure-damaged` when the file ends before the table does. */
  constructor(file: WritableFile, place: TablePlace) {
    this.#file = file
    this.#place = place
    const fileLength = file.size()
    const end = place.offset + place.entries * L1_ENTRY_BYTES
    // A disk of no bytes has a table of none, which is nowhere.
    if (place.entries > 0 && end > fileLength) {
      throw new ImageError('structure-damaged', {
        path: file.name,
        structure: 'L1 table',
        offset: place.offset,
        found: `a file that ends at ${fileLength}`,
        expected: `${place.entries * L1_ENTRY_BYTES} bytes of table`,
      })
    }
    this.#words = readWordTable(file, {
      at: place.offset,
      entries: place.entries,
      tag: 'l1-table',
    })
  }

  get place(): TablePlace {
    return this.#place
  }

  l2OffsetAt(index: number): number {
    return entryOffset(this.#words[2 * index + 1] ?? 0, this.#words[2 * index] ?? 0)
  }

  /** Whether the L2 table belongs to the active state alone, so that it may be changed in place. */
  isCopied(index: number): boolean {
    return (this.#words[2 * index + 1] ?? 0) >= COPIED_HIGH
  }

  /** Refers entry `index` to an L2 table that is ours alone, or to none with offset 0. */
  set(index: number, l2Offset: HostOffset): void {
    invariant(index < this.#place.entries, `L1 entry ${index} of ${this.#place.entries}`)
    const copied = l2Offset === 0 ? 0 : COPIED_HIGH
    this.#words[2 * index + 1] = copied + Math.floor(l2Offset / HIGH_UNIT)
    this.#words[2 * index] = l2Offset % HIGH_UNIT
    this.#dirty.add(index * L1_ENTRY_BYTES, (index + 1) * L1_ENTRY_BYTES)
  }

  /** Goes on in new clusters with `entries` entries: longer ones are unallocated, shorter cut off. */
  moveTo(offset: HostOffset, entries: number): void {
    const words: WordTable = new Uint32Array(entries * 2)
    words.set(this.#words.subarray(0, entries * 2))
    this.#words = words
    this.#place = { offset, entries }
    this.#moved = true
  }

  /** A table at a new place is written whole, before the header refers to it. */
  writeMoved(): boolean {
    if (!this.#moved) return false
    const bytes = this.#place.entries * L1_ENTRY_BYTES
    writeWords(this.#file, this.#words, {
      at: this.#place.offset,
      from: 0,
      to: bytes,
      tag: 'l1-table',
    })
    // The rest of the last sector is ours too: a table of an odd length must not end in old bytes.
    const rest = alignUp(bytes, SECTOR) - bytes
    this.#file.writeNow(new Uint8Array(rest), this.#place.offset + bytes, 'l1-table')
    return true
  }

  /** A table at a new place is durable, and the header may refer to it from now on. */
  movedIsDurable(): void {
    if (!this.#moved) return
    this.#moved = false
    this.#dirty.clear()
  }

  /** Entries of the table the header refers to. */
  writeChanged(): boolean {
    if (this.#moved || this.#dirty.isEmpty) return false
    const bytes = this.#place.entries * L1_ENTRY_BYTES
    writeWords(this.#file, this.#words, {
      at: this.#place.offset,
      from: this.#dirty.from,
      to: Math.min(this.#dirty.to, bytes),
      tag: 'l1-table',
    })
    return true
  }

  committed(): void {
    this.#dirty.clear()
    this.#moved = false
  }

  /** Every L2 table that the active state refers to. */
  *l2Offsets(): Generator<HostOffset> {
    for (let index = 0; index < this.#place.entries; index++) {
      const offset = this.l2OffsetAt(index)
      if (offset !== 0) yield hostOffset(offset)
    }
  }

  /** The table as it is in memory. */
  content(): TableContent {
    return { at: this.#place.offset, bytes: fileBytesOf(this.#words) }
  }
}
