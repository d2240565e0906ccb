import { isAligned } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import type { TablePlace } from '../l1-table.ts'
import { readWordTable, type WordTable } from '../word-table.ts'
import { readEntries } from './kept-table.ts'

/** An L2 table of another state. */
export interface OtherTable {
  readonly offset: number
  /** As it stands in the file. */
  readonly stored: WordTable
  /** As `readEntries` leaves it. */
  readonly words: WordTable
}

/** L1 entries of every state that are read at once: 65,536 snapshots take 32 MiB. */
const WINDOW = 64

/**
 * The L2 tables that the present state and snapshots have for the same part of the disk: who else refers to
 * what a snapshot refers to. Reads on as it is asked for higher indexes. A state whose tables are damaged is
 * passed over: it shares nothing that could be relied on.
 */
export class OtherTables {
  readonly #file: BlockFile
  readonly #area: HeaderArea
  readonly #places: readonly TablePlace[]
  #windowStart = -1
  #window: readonly WordTable[] = []

  constructor(file: BlockFile, area: HeaderArea, snapshots: readonly SnapshotEntry[]) {
    this.#file = file
    this.#area = area
    const { l1TableOffset: offset, l1Size: entries } = area.header
    this.#places = [
      { offset, entries },
      ...snapshots.map((entry) => ({ offset: entry.l1TableOffset, entries: entry.l1Size })),
    ]
  }

  /** Host offsets of the tables at an L1 index, each once, that of the present state first. */
  offsetsAt(index: number): readonly number[] {
    const start = index - (index % WINDOW)
    if (start !== this.#windowStart) this.#load(start)
    const at = 2 * (index - start)
    const offsets = new Set<number>()
    for (const l1 of this.#window) offsets.add(entryOffset(l1[at + 1] ?? 0, l1[at] ?? 0))
    offsets.delete(0)
    return [...offsets]
  }

  /** Host offset of the present state's table, 0 for none. */
  presentAt(index: number): number {
    this.offsetsAt(index)
    const [l1] = this.#window
    const at = 2 * (index - this.#windowStart)
    return entryOffset(l1?.[at + 1] ?? 0, l1?.[at] ?? 0)
  }

  /** undefined when the table is damaged. */
  read(offset: number): OtherTable | undefined {
    const { geometry } = this.#area
    const { clusterSize } = geometry
    if (!isAligned(offset, clusterSize) || offset + clusterSize > this.#file.size())
      return undefined
    const stored = readWordTable(this.#file, {
      at: offset,
      entries: clusterSize / L1_ENTRY_BYTES,
      tag: 'l2-table',
    })
    try {
      return { offset, stored, words: readEntries(stored, geometry) }
    } catch (error) {
      if (error instanceof ImageError && error.reason === 'structure-damaged') return undefined
      throw error
    }
  }

  #load(start: number): void {
    this.#windowStart = start
    this.#window = this.#places.map(({ offset, entries }) =>
      readWordTable(this.#file, {
        at: offset + start * L1_ENTRY_BYTES,
        entries: Math.max(0, Math.min(WINDOW, entries - start)),
        tag: 'l1-table',
      }),
    )
  }
}
