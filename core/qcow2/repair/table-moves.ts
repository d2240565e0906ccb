import { alignUp, ceilDiv, isAligned } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset } from '../../units.ts'
import type { CheckRun } from '../check/check-run.ts'
import { l1Pieces } from '../check/l1-rules.ts'
import { L2References } from '../check/l2-references.ts'
import type { TableLocation } from '../check/subject.ts'
import { L1_ENTRY_BYTES, limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { encodeSnapshotEntry, type SnapshotEntry } from '../format/snapshot-table.ts'
import type { Restructure } from '../restructure/restructure.ts'
import type { HostRun } from '../tables/host-run.ts'
import { asWordTable, readWordTable, type WordTable } from '../word-table.ts'
import { correctL1Flags, correctL2Flags } from './active-flags.ts'

/** The file with tables as they shall become, each still in the place it has. */
export interface TableEdits {
  readonly file: BlockFile
  isChanged(at: number, length: number, tag: 'l1-table' | 'l2-table'): boolean
}

/** A table that nothing refers to any more; its bytes are still there. */
export interface ReplacedTable extends HostRun {
  readonly structure: string
}

/** What moving tables takes: everything is counted by then. */
interface MoveParts {
  readonly file: WritableFile
  readonly area: HeaderArea
  /** Where tables are read. */
  readonly view: BlockFile
  readonly change: Restructure
  readonly run: CheckRun
  readonly edits: TableEdits | undefined
  /** Some clusters have more references than refcounts of this width can count. */
  readonly overflows: boolean
}

/** A table that moves: where it was, where it is now. */
interface Move {
  offset: number
  /** The first reference is the one that `reserve` counted. */
  isReferenced: boolean
}

/** Moves the tables that have to change, from the leaves to the root. */
export class TableMoves {
  readonly replaced: ReplacedTable[] = []
  flags = 0
  readonly #parts: MoveParts
  readonly #clusterSize: number
  readonly #maxCount: number
  readonly #l2Moves = new Map<number, Move>()

  constructor(parts: MoveParts) {
    this.#parts = parts
    this.#clusterSize = parts.area.geometry.clusterSize
    this.#maxCount = 2 ** parts.area.geometry.refcountBits - 1
  }

  /** Gives the header fields that change. */
  async moveTables(
    snapshots: readonly SnapshotEntry[],
    options: {
      readonly tableMoves: boolean
      readonly table: { readonly offset: number; readonly length: number }
    },
  ): Promise<Partial<Qcow2Header>> {
    await this.#moveL2Tables(this.#parts.run.subject.l1, 'active')
    for (const entry of snapshots) {
      if (this.#canFollow(entry)) await this.#moveL2Tables(tableOf(entry), 'snapshot')
    }
    const moved = snapshots.map((entry) => this.#moveSnapshotL1(entry))
    const tableMoves = options.tableMoves || moved.some((entry, at) => entry !== snapshots[at])
    return {
      ...this.#moveActiveL1(),
      ...(tableMoves ? this.#writeSnapshotTable(moved, options) : {}),
    }
  }

  #canFollow({ l1TableOffset, l1Size }: SnapshotEntry): boolean {
    return (
      isAligned(l1TableOffset, this.#clusterSize) &&
      l1Size * L1_ENTRY_BYTES <= limits.l1Table &&
      l1TableOffset < this.#parts.view.size()
    )
  }

  async #moveL2Tables(l1: TableLocation, whose: 'active' | 'snapshot'): Promise<void> {
    const { run, edits, view } = this.#parts
    // Nobody looks at the flags of a snapshot's tables: without edits there is nothing to do.
    if (whose === 'snapshot' && edits === undefined) return
    const references = new L2References()
    const moveAll = async () => {
      for (const { offset } of references.drain()) {
        this.#settleL2(offset, whose)
        const pause = run.breath()
        if (pause !== undefined) await pause
      }
    }
    for await (const piece of l1Pieces(run, l1)) {
      for (const { l2Offset: offset, entryOffset: at } of piece) {
        // A damaged reference keeps what it says; its table would not be what people see.
        if (offset === 0 || !isAligned(offset, this.#clusterSize) || offset >= view.size()) continue
        if (references.isFull) await moveAll()
        references.add({ offset, guestStart: 0, entryOffset: at, owner: -1 }, 1)
      }
    }
    await moveAll()
  }

  #settleL2(offset: number, whose: 'active' | 'snapshot'): void {
    if (this.#l2Moves.has(offset)) return
    const { run, edits, change } = this.#parts
    const isEdited = edits?.isChanged(offset, this.#clusterSize, 'l2-table') === true
    if (whose === 'snapshot' && !isEdited) return
    const words = this.#readTable(offset, this.#clusterSize, 'l2-table')
    const count = (cluster: number) => change.count(cluster)
    const flagged = whose === 'active' ? correctL2Flags(words, run.subject, count) : 0
    if (flagged === 0 && !isEdited) return
    this.flags += flagged
    this.#l2Moves.set(offset, { offset: this.#writeTable(words, 'l2-table'), isReferenced: false })
    this.#replace({ structure: 'L2 table', offset: hostOffset(offset), clusters: 1 })
  }

  /** Lets the L1 entries refer to the moved tables. Whether any did. */
  #patchL1(words: WordTable): boolean {
    let patched = false
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      const old = entryOffset(high, low)
      const move = old === 0 ? undefined : this.#l2Moves.get(old)
      if (move === undefined) continue
      const to = this.#refer(move, old)
      words[at] = ((low & 0x1ff) | (to % HIGH_UNIT)) >>> 0
      words[at + 1] = ((high & 0xff00_0000) | Math.floor(to / HIGH_UNIT)) >>> 0
      patched = true
    }
    return patched
  }

  /** One reference goes from the old place of a table to its new one. */
  #refer(move: Move, old: number): number {
    const { change } = this.#parts
    this.#dropReference(old, 1)
    if (!move.isReferenced) {
      move.isReferenced = true
    } else if (change.count(move.offset / this.#clusterSize) < this.#maxCount) {
      change.add(move.offset, 1)
    } else {
      // Refcounts of this width cannot count one more reference: it gets a copy of its own.
      const words = this.#readNew(move.offset)
      move.offset = this.#writeTable(words, 'l2-table')
    }
    return move.offset
  }

  /** Where counts overflow, nobody knows how many references a cluster of the highest count has left. */
  #dropReference(offset: number, clusters: number): void {
    const { change, overflows } = this.#parts
    for (let index = 0; index < clusters; index++) {
      const at = offset + index * this.#clusterSize
      const count = change.count(at / this.#clusterSize)
      if (count > 0 && !(overflows && count >= this.#maxCount)) change.remove(at, 1)
    }
  }

  #moveSnapshotL1(entry: SnapshotEntry): SnapshotEntry {
    if (!this.#canFollow(entry)) return entry
    const { edits } = this.#parts
    const length = entry.l1Size * L1_ENTRY_BYTES
    const words = this.#readTable(entry.l1TableOffset, length, 'l1-table')
    const patched = this.#patchL1(words)
    if (!patched && edits?.isChanged(entry.l1TableOffset, length, 'l1-table') !== true) return entry
    const clusters = ceilDiv(length, this.#clusterSize)
    this.#dropReference(entry.l1TableOffset, clusters)
    this.#replace({
      structure: 'snapshot L1 table',
      offset: hostOffset(entry.l1TableOffset),
      clusters,
    })
    return { ...entry, l1TableOffset: this.#writeTable(words, 'l1-table') }
  }

  #moveActiveL1(): Partial<Qcow2Header> {
    const { area, view, change, edits } = this.#parts
    const { l1TableOffset: offset, l1Size } = area.header
    const length = l1Size * L1_ENTRY_BYTES
    // Past the end of the file all of it reads as zeroes; a copy would only hide that it is gone.
    if (length === 0 || offset + length > alignUp(view.size(), this.#clusterSize)) return {}
    const words = this.#readTable(offset, length, 'l1-table')
    const patched = this.#patchL1(words)
    const flagged = correctL1Flags(words, this.#clusterSize, (cluster) => change.count(cluster))
    this.flags += flagged
    if (!patched && flagged === 0 && edits?.isChanged(offset, length, 'l1-table') !== true)
      return {}
    const clusters = ceilDiv(length, this.#clusterSize)
    this.#dropReference(offset, clusters)
    this.#replace({ structure: 'L1 table', offset: hostOffset(offset), clusters })
    return { l1TableOffset: this.#writeTable(words, 'l1-table') }
  }

  #writeSnapshotTable(
    entries: readonly SnapshotEntry[],
    {
      table,
      tableMoves,
    }: {
      readonly table: { readonly offset: number; readonly length: number }
      readonly tableMoves: boolean
    },
  ): Partial<Qcow2Header> {
    const clusters = ceilDiv(table.length, this.#clusterSize)
    // Given snapshots were counted without their old table.
    if (!tableMoves) this.#dropReference(table.offset, clusters)
    if (clusters > 0 && isAligned(table.offset, this.#clusterSize)) {
      this.#replace({ structure: 'snapshot table', offset: hostOffset(table.offset), clusters })
    }
    if (entries.length === 0) return { snapshotCount: 0, snapshotsOffset: 0 }
    const { change } = this.#parts
    const bytes = joined(entries.map(encodeSnapshotEntry))
    const run = change.reserve(ceilDiv(bytes.length, this.#clusterSize))
    change.write(run, bytes, 'snapshot-table')
    return { snapshotCount: entries.length, snapshotsOffset: run.offset }
  }

  #readTable(offset: number, length: number, tag: 'l1-table' | 'l2-table'): WordTable {
    return readWordTable(this.#parts.view, { at: offset, entries: length / 8, tag })
  }

  #readNew(offset: number): WordTable {
    const entries = this.#clusterSize / 8
    return readWordTable(this.#parts.file, { at: offset, entries, tag: 'l2-table' })
  }

  #writeTable(words: WordTable, tag: 'l1-table' | 'l2-table'): number {
    const { change } = this.#parts
    const run = change.reserve(ceilDiv(words.byteLength, this.#clusterSize))
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice()
    asWordTable(bytes)
    change.write(run, bytes, tag)
    return run.offset
  }

  #replace(table: ReplacedTable): void {
    this.replaced.push(table)
  }
}

const tableOf = ({ l1TableOffset, l1Size }: SnapshotEntry): TableLocation => ({
  offset: l1TableOffset,
  entries: l1Size,
})

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
