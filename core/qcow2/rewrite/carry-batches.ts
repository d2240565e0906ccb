import { invariant, unreachable } from '../../base/assert.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { readWordTable, type WordTable } from '../word-table.ts'
import { newPlannedEntry, planEntry, type EntryRules } from './planned-entry.ts'
import type { TreeCensus } from './tree-census.ts'

/** An L2 table of the new file, on its way. */
export interface NewTable {
  readonly words: WordTable
  /** Which one of `TreeCensus.tables`. */
  readonly number: number
}

/** Something that an entry refers to, or the end of a table. */
export type CarriedItem = CarriedCluster | CarriedPacked | CarriedAgain | TableEnd

interface EntryPlace {
  readonly table: NewTable
  readonly index: number
  /** In the old file. */
  readonly offset: number
}

/** A data cluster whose bytes are in the batch from `at` on. */
export interface CarriedCluster extends EntryPlace {
  readonly kind: 'data'
  readonly at: number
  /** Of the new cluster. */
  readonly references: number
  /** Extended entries: the allocated subclusters. */
  readonly alloc: number
  readonly zeroes: number
  /** A packed entry could say all that this one says. */
  readonly mayBePacked: boolean
}

/** Compressed data of `length` bytes from `at` on. */
export interface CarriedPacked extends EntryPlace {
  readonly kind: 'packed'
  readonly at: number
  readonly length: number
  readonly references: number
}

/** A cluster that has been carried over already. */
export interface CarriedAgain extends EntryPlace {
  readonly kind: 'data again' | 'packed again'
  readonly alloc: number
  readonly zeroes: number
}

export interface TableEnd {
  readonly kind: 'table end'
  readonly table: NewTable
}

/** Bytes to read together, and where in the batch they go. */
export interface ReadRun {
  readonly offset: number
  length: number
  readonly at: number
}

/** Part of the work, small enough to be held in memory several times. */
export interface CarryBatch {
  readonly items: CarriedItem[]
  readonly runs: ReadRun[]
  /** Of all runs. */
  bytes: number
}

export interface BatchOptions {
  readonly rules: EntryRules
  /** Bytes of a batch, about. */
  readonly batchBytes: number
}

/** Items of a batch at most, with clusters of 512 bytes. */
const MAX_ITEMS = 8192
/** Tables of one batch at most, in bytes. */
const MAX_TABLE_BYTES = 4 * 1024 * 1024

/**
 * All that has to be carried over, in the order in which it will lie: the active tree in guest order, then
 * what only the snapshots' trees have. Entries that refer to nothing stored are in the tables already.
 */
export function* carryBatches(
  file: BlockFile,
  census: TreeCensus,
  options: BatchOptions,
): Generator<CarryBatch> {
  const { geometry } = options.rules
  let batch = new BatchMaker(census, options)
  for (const [number, offset] of census.tables.entries()) {
    const old = readWordTable(file, {
      at: offset,
      entries: geometry.clusterSize / 8,
      tag: 'l2-table',
    })
    const table: NewTable = { words: new Uint32Array(old.length), number }
    batch.openTable(table)
    for (let index = 0; index < geometry.l2Entries; index++) {
      batch.addEntry(old, index)
      if (!batch.isFull) continue
      yield batch
      batch = new BatchMaker(census, options)
      batch.openTable(table)
    }
    batch.endTable()
    if (!batch.isFull) continue
    yield batch
    batch = new BatchMaker(census, options)
  }
  if (batch.items.length > 0) yield batch
}

class BatchMaker implements CarryBatch {
  readonly items: CarriedItem[] = []
  readonly runs: ReadRun[] = []
  bytes = 0
  readonly #census: TreeCensus
  readonly #options: BatchOptions
  readonly #entry = newPlannedEntry()
  #table: NewTable | undefined
  #tableBytes = 0

  constructor(census: TreeCensus, options: BatchOptions) {
    this.#census = census
    this.#options = options
  }

  get isFull(): boolean {
    return (
      this.bytes >= this.#options.batchBytes ||
      this.items.length >= MAX_ITEMS ||
      this.#tableBytes >= MAX_TABLE_BYTES
    )
  }

  openTable(table: NewTable): void {
    this.#table = table
  }

  endTable(): void {
    const table = this.#mustHaveTable()
    this.#tableBytes += table.words.byteLength
    this.items.push({ kind: 'table end', table })
  }

  addEntry(old: WordTable, index: number): void {
    const { rules } = this.#options
    const entry = this.#entry
    planEntry(old, index, rules, entry)
    switch (entry.kind) {
      case 'none':
        return
      case 'flags':
        setEntry(this.#mustHaveTable(), index, { high: 0, ...entry }, rules)
        return
      case 'data':
        this.#addCluster(index)
        return
      case 'packed':
        this.#addPacked(index)
        return
      default:
        unreachable(entry.kind)
    }
  }

  #addCluster(index: number): void {
    const { geometry } = this.#options.rules
    const { offset, length, alloc, zeroes } = this.#entry
    const table = this.#mustHaveTable()
    const references = this.#census.references(offset)
    const cluster = offset / geometry.clusterSize
    if (references > 1) {
      if (this.#census.places.has(cluster)) {
        this.items.push({ kind: 'data again', table, index, offset, alloc, zeroes })
        return
      }
      // From now on it is on its way; its place is known before anybody asks for it, in the order of items.
      this.#census.places.set(cluster, { high: 0, low: 0 })
    }
    // Another table may refer to other subclusters of it, which a packed entry could not say.
    const mayBePacked =
      !geometry.hasSubclusters || (references === 1 && alloc === 0xffff_ffff && zeroes === 0)
    const at = this.#read(offset, length)
    this.items.push({
      kind: 'data',
      table,
      index,
      offset,
      at,
      references,
      alloc,
      zeroes,
      mayBePacked,
    })
  }

  #addPacked(index: number): void {
    const { offset, length } = this.#entry
    const table = this.#mustHaveTable()
    const { packed, tables } = this.#census
    if (packed?.claim(offset) === false) {
      this.items.push({ kind: 'packed again', table, index, offset, alloc: 0, zeroes: 0 })
      return
    }
    const references =
      packed?.references(offset) ?? this.#census.references(tables[table.number] ?? 0)
    const at = this.#read(offset, length)
    this.items.push({ kind: 'packed', table, index, offset, length, at, references })
  }

  /** Where the bytes will be in the batch; read with what lies beside them, and overlaps once. */
  #read(offset: number, length: number): number {
    const last = this.runs.at(-1)
    if (last !== undefined && offset >= last.offset && offset <= last.offset + last.length) {
      const longer = Math.max(last.length, offset + length - last.offset)
      this.bytes += longer - last.length
      last.length = longer
      return last.at + (offset - last.offset)
    }
    const at = this.bytes
    this.runs.push({ offset, length, at })
    this.bytes += length
    return at
  }

  #mustHaveTable(): NewTable {
    invariant(this.#table !== undefined, 'entries belong to a table')
    return this.#table
  }
}

/** Writes an entry of a new table; the second word of extended entries only where there are any. */
export function setEntry(
  { words }: NewTable,
  index: number,
  entry: {
    readonly high: number
    readonly low: number
    readonly alloc: number
    readonly zeroes: number
  },
  { geometry }: EntryRules,
): void {
  const at = index * (geometry.hasSubclusters ? 4 : 2)
  words[at] = entry.low
  words[at + 1] = entry.high
  if (!geometry.hasSubclusters) return
  words[at + 2] = entry.alloc
  words[at + 3] = entry.zeroes
}
