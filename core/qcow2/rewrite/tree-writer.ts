import { invariant, unreachable } from '../../base/assert.ts'
import { word64, wordFromNumber, type Word64 } from '../../base/word64.ts'
import { SparseWriter } from '../../storage/sparse-writer.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HostOffset } from '../../units.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import { isCompressed } from '../format/l2-entry.ts'
import { fileBytesOf } from '../word-table.ts'
import {
  setEntry,
  type CarriedAgain,
  type CarriedCluster,
  type CarriedPacked,
  type NewTable,
} from './carry-batches.ts'
import type { LoadedBatch } from './load-batch.ts'
import type { NewFileSpace } from './new-file-space.ts'
import { packedEntry } from './packed-entry.ts'
import { PackedRoom } from './packed-room.ts'
import { PieceOutput } from './piece-output.ts'
import type { EntryRules } from './planned-entry.ts'
import type { TreeCensus } from './tree-census.ts'

/** What was written of the trees: plain clusters, and packed ones. */
export interface TreeCounts {
  dataClusters: number
  packedClusters: number
  /** Of their data. */
  packedBytes: number
}

export interface TreeWriterOptions {
  /** For messages. */
  readonly path: string
  readonly rules: EntryRules
  readonly census: TreeCensus
  readonly space: NewFileSpace
  readonly l2Offset: number
}

/** Bytes of tables or of compressed data that are written at once, about. */
const GATHERED_BYTES = 1024 * 1024

/**
 * Gives everything in a batch its place in the new file, in the order of its items, writes it there, and
 * the tables that are complete then. Batches come one after the other.
 */
export class TreeWriter {
  readonly counts: TreeCounts = { dataClusters: 0, packedClusters: 0, packedBytes: 0 }
  readonly #stored: SparseWriter
  readonly #options: TreeWriterOptions
  readonly #room: PackedRoom
  readonly #tables: PieceOutput
  readonly #pieces: PieceOutput
  /** Clusters of the batch that follow each other there and in the new file, and are not written yet. */
  #run = { from: 0, to: 0, at: 0 }

  constructor(file: WritableFile, options: TreeWriterOptions) {
    const { path, rules, space } = options
    this.#stored = new SparseWriter(file)
    this.#options = options
    this.#room = new PackedRoom(path, rules.geometry, space)
    this.#tables = new PieceOutput(file, 'l2-table', GATHERED_BYTES)
    this.#pieces = new PieceOutput(file, 'compressed', GATHERED_BYTES)
  }

  /** `loaded`'s bytes may change once it resolves. */
  async write(loaded: LoadedBatch): Promise<void> {
    for (const item of loaded.batch.items) {
      switch (item.kind) {
        case 'data':
          await this.#writeData(item, loaded)
          break
        case 'packed':
          await this.#writePacked(item, loaded)
          break
        case 'data again':
        case 'packed again':
          this.#referAgain(item)
          break
        case 'table end':
          await this.#writeTable(item.table)
          break
        default:
          unreachable(item)
      }
    }
    await this.#writeRun(loaded.bytes)
  }

  async finish(): Promise<void> {
    await this.#pieces.flush()
    await this.#tables.flush()
  }

  async #writeData(item: CarriedCluster, { bytes, packed }: LoadedBatch): Promise<void> {
    const { clusterSize } = this.#options.rules.geometry
    const fresh = packed.get(item)
    if (fresh !== undefined) {
      const word = await this.#putFresh(fresh, item.references)
      this.#placeCluster(item, word, { alloc: 0, zeroes: 0 })
      return
    }
    const offset = this.#takeCluster(item.references)
    if (this.#run.to === item.at && offset === this.#run.at + (item.at - this.#run.from)) {
      this.#run.to += clusterSize
    } else {
      await this.#writeRun(bytes)
      this.#run = { from: item.at, to: item.at + clusterSize, at: offset }
    }
    this.#placeCluster(item, plainWord(offset, item.references), item)
  }

  async #writePacked(item: CarriedPacked, loaded: LoadedBatch): Promise<void> {
    const { table, index, offset: old, length, at, references } = item
    const { rules, census } = this.#options
    const fresh = loaded.packed.get(item)
    const plain = loaded.unpacked.get(item)
    let word: Word64
    if (fresh !== undefined) word = await this.#putFresh(fresh, references)
    else if (plain !== undefined) {
      const offset = this.#takeCluster(references)
      await this.#stored.write(plain, offset)
      word = plainWord(offset, references)
    } else {
      const begun = this.#room.next
      const offset = this.#room.carry({ offset: old, length }, references)
      // Its first bytes may be there already, as the end of the neighbour's last sector.
      const known = Math.max(0, Math.min(length, offset < begun ? begun - offset : 0))
      await this.#putPiece(loaded.bytes.subarray(at + known, at + length), offset + known)
      word = this.#packedWord(offset, length)
    }
    census.packed?.setPlace(old, word)
    setEntry(table, index, { ...word, alloc: allocOf(word), zeroes: 0 }, rules)
  }

  /** Compressed data of our own making. */
  async #putFresh(bytes: Uint8Array, references: number): Promise<Word64> {
    const offset = this.#room.place(bytes.length, references)
    await this.#putPiece(bytes, offset)
    return this.#packedWord(offset, bytes.length)
  }

  async #putPiece(bytes: Uint8Array, at: number): Promise<void> {
    this.counts.packedClusters++
    this.counts.packedBytes += bytes.length
    await this.#pieces.put(bytes, at)
  }

  #packedWord(offset: number, length: number): Word64 {
    return packedEntry(offset, length, this.#options.rules.geometry)
  }

  #takeCluster(references: number): HostOffset {
    const { space } = this.#options
    this.counts.dataClusters++
    const offset = space.take(1)
    space.refer(offset, 1, references)
    return offset
  }

  #placeCluster(
    { table, index, offset, references }: CarriedCluster,
    word: Word64,
    { alloc, zeroes }: Pick<CarriedCluster, 'alloc' | 'zeroes'>,
  ): void {
    const { rules, census } = this.#options
    if (references > 1) census.places.set(offset / rules.geometry.clusterSize, word)
    setEntry(table, index, { ...word, alloc, zeroes }, rules)
  }

  #referAgain({ kind, table, index, offset, alloc, zeroes }: CarriedAgain): void {
    const { rules, census } = this.#options
    if (kind === 'data again') {
      const word = census.places.get(offset / rules.geometry.clusterSize)
      setEntry(table, index, { ...word, alloc, zeroes }, rules)
      return
    }
    const word = census.packed?.place(offset)
    invariant(word !== undefined, 'packed clusters are shared where places of them are kept')
    setEntry(table, index, { ...word, alloc: allocOf(word), zeroes: 0 }, rules)
  }

  async #writeTable({ words, number }: NewTable): Promise<void> {
    const { l2Offset, rules } = this.#options
    await this.#tables.put(fileBytesOf(words), l2Offset + number * rules.geometry.clusterSize)
  }

  async #writeRun(bytes: Uint8Array): Promise<void> {
    const { from, to, at } = this.#run
    this.#run = { from: 0, to: 0, at: 0 }
    if (to > from) await this.#stored.write(bytes.subarray(from, to), at)
  }
}

/** Every reference is counted before the first is written, so the flag is right from the start. */
const plainWord = (offset: HostOffset, references: number): Word64 => {
  const { high, low } = wordFromNumber(offset)
  return word64(references === 1 ? high | COPIED_HIGH : high, low)
}

/** Of what was one packed cluster: all subclusters, once it is plain. */
const allocOf = ({ high }: Word64): number => (isCompressed(high) ? 0 : 0xffff_ffff)
