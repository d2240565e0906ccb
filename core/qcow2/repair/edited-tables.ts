import type { BlockFile, FileIdentity, FileTimes, HostRun } from '../../storage/block-file.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import { PlannedFile } from '../../storage/planned-file.ts'
import type { TableEdits } from './table-moves.ts'

/** Bytes of changed tables of one kind. */
const EDIT_BUDGET = 192 * 2 ** 20

type TableTag = Extract<IoTag, 'l1-table' | 'l2-table'>

/**
 * An image file with corrected L1 and L2 tables, in the places the damaged ones have. In a damaged image
 * one cluster can be an L1 table, an L2 table and guest data at once; so each kind of table has its own
 * corrections, seen only by who reads it as that kind, and everything else reads what is stored.
 */
export class EditedTables implements BlockFile, TableEdits {
  readonly #stored: BlockFile
  readonly #edited: Readonly<Record<TableTag, PlannedFile>>
  #isEmpty = true

  constructor(stored: BlockFile) {
    this.#stored = stored
    this.#edited = {
      'l1-table': new PlannedFile(stored, { budget: EDIT_BUDGET, keepsWrites: false }),
      'l2-table': new PlannedFile(stored, { budget: EDIT_BUDGET, keepsWrites: false }),
    }
  }

  get name(): string {
    return this.#stored.name
  }

  get identity(): FileIdentity | undefined {
    return this.#stored.identity
  }

  get file(): BlockFile {
    return this
  }

  get isEmpty(): boolean {
    return this.#isEmpty
  }

  edit(bytes: Uint8Array, at: number, tag: TableTag): void {
    this.#isEmpty = false
    this.#edited[tag].writeNow(bytes, at, tag)
  }

  isChanged(at: number, length: number, tag: TableTag): boolean {
    return this.#edited[tag].isChanged(at, length)
  }

  size(): number {
    return this.#stored.size()
  }

  allocatedBytes(): number | undefined {
    return this.#stored.allocatedBytes()
  }

  times(): FileTimes | undefined {
    return this.#stored.times()
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#source(tag).readNow(into, at, tag)
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#source(tag).read(into, at, tag)
  }

  hostRun(at: number): HostRun {
    return this.#stored.hostRun(at)
  }

  /** The file below belongs to whoever opened it. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #source(tag: IoTag): BlockFile {
    return tag === 'l1-table' || tag === 'l2-table' ? this.#edited[tag] : this.#stored
  }
}
