import { invariant } from '../../base/assert.ts'
import { alignUp, ceilDiv } from '../../base/bits.ts'
import { wordFromNumber } from '../../base/word64.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import type { Stretch } from '../create/image-layout.ts'
import { L1_ENTRY_BYTES, SECTOR } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import { packedEntry } from '../rewrite/packed-entry.ts'
import { PackedRoom } from '../rewrite/packed-room.ts'
import { fileBytesOf, type WordTable } from '../word-table.ts'
import { EncodedSpace } from './encoded-space.ts'
import { pointerTable } from './pointer-table.ts'
import type { PreparedPiece } from './prepared-piece.ts'

/** Bytes that have their place in the file. */
export interface FileWrite {
  readonly at: number
  readonly bytes: Uint8Array
  readonly tag: IoTag
}

export interface BuilderOptions {
  /** For messages. */
  readonly path: string
  readonly geometry: Geometry
  /** Clusters to keep for the L1 table; it goes to the end of the file when they do not suffice. */
  readonly l1Clusters: number
}

/** Guest clusters that are stored: plain ones, and packed ones with the bytes of their data. */
export interface EncodedCounts {
  readonly dataClusters: number
  readonly packedClusters: number
  readonly packedBytes: number
}

/** What remains to be written once all pieces have their place. */
export interface FinishedImage {
  readonly writes: readonly FileWrite[]
  readonly l1Offset: number
  readonly refcountTable: Stretch
  /** Bytes. */
  readonly fileLength: number
}

/**
 * Gives the pieces of a disk their places in a new image, in guest order, each L2 table in front of the first
 * data it refers to. Memory: the table of the range that is being filled, and 8 bytes for each L2 table that
 * there is (32 MiB at most, the limit of the L1 table); for refcounts see `EncodedSpace`.
 */
export class ImageBuilder {
  readonly #geometry: Geometry
  readonly #l1Clusters: number
  readonly #space: EncodedSpace
  readonly #room: PackedRoom
  /** Sparse: by the place in the L1 table. */
  readonly #l2Offsets: number[] = []
  #table: { readonly index: number; readonly offset: number; readonly words: WordTable } | undefined
  #isL1Moved = false
  #dataClusters = 0
  #packedClusters = 0
  #packedBytes = 0

  constructor({ path, geometry, l1Clusters }: BuilderOptions) {
    this.#geometry = geometry
    this.#l1Clusters = l1Clusters
    this.#space = new EncodedSpace({ path, geometry, l1Clusters })
    this.#room = new PackedRoom(path, geometry, this.#space)
  }

  get counts(): EncodedCounts {
    return {
      dataClusters: this.#dataClusters,
      packedClusters: this.#packedClusters,
      packedBytes: this.#packedBytes,
    }
  }

  /** What is to be written for a piece, tables that are complete included, in the order of the file. */
  place({ at, bytes, clusters }: PreparedPiece): FileWrite[] {
    const { clusterSize, l2Entries } = this.#geometry
    const writes: FileWrite[] = []
    const first = at / clusterSize
    let run: { from: number; to: number; at: number } | undefined
    const endRun = (): void => {
      if (run !== undefined) writes.push(plainWrite(bytes, run))
      run = undefined
    }
    for (const [index, cluster] of clusters.entries()) {
      if (cluster === 'zero') continue
      const guest = first + index
      const words = this.#tableFor(Math.floor(guest / l2Entries), writes)
      if (cluster === 'plain') {
        const offset = this.#space.takeOne()
        const from = index * clusterSize
        if (run?.to !== from || run.at + (run.to - run.from) !== offset) {
          endRun()
          run = { from, to: from, at: offset }
        }
        run.to += clusterSize
        this.#dataClusters++
        setWord(words, guest % l2Entries, { ...wordFromNumber(offset), flags: COPIED_HIGH })
      } else {
        const offset = this.#room.place(cluster.length, 1)
        writes.push({ at: offset, bytes: cluster, tag: 'compressed' })
        this.#packedClusters++
        this.#packedBytes += cluster.length
        const word = packedEntry(offset, cluster.length, this.#geometry)
        setWord(words, guest % l2Entries, { ...word, flags: 0 })
      }
    }
    endRun()
    this.#addBlocks(this.#space.settled(), writes)
    return writes.toSorted((one, other) => one.at - other.at)
  }

  /** `virtualSize`: of the disk, now that all of it was seen. */
  finish(virtualSize: number): FinishedImage {
    const { clusterSize, l2Coverage } = this.#geometry
    const writes: FileWrite[] = []
    this.#endTable(writes)
    const entries = ceilDiv(virtualSize, l2Coverage)
    const length = entries * L1_ENTRY_BYTES
    const clusters = ceilDiv(length, clusterSize)
    if (clusters > this.#l1Clusters || clusters === 0) this.#moveL1()
    const dataEnd = this.#dataEnd()
    const l1Offset = this.#isL1Moved ? this.#space.end : this.#space.l1Offset
    if (this.#isL1Moved && clusters > 0) {
      this.#space.take(clusters)
      this.#space.refer(l1Offset, clusters, 1)
    }
    const { table, blockOffsets, blocks } = this.#space.finish()
    this.#addBlocks(blocks, writes)
    const tableBytes = pointerTable(blockOffsets, { length: table.length, high: 0 })
    writes.push({ at: table.offset, bytes: tableBytes, tag: 'refcount-table' })
    if (clusters > 0) {
      const l1Bytes = pointerTable(this.#l2Offsets, { length, high: COPIED_HIGH })
      writes.push({ at: l1Offset, bytes: l1Bytes, tag: 'l1-table' })
    }
    const end = this.#space.end
    const isL1Last = clusters > 0 && end === l1Offset + clusters * clusterSize
    const fileLength = isL1Last ? l1Offset + length : Math.min(end, dataEnd ?? end)
    return {
      writes: writes.toSorted((one, other) => one.at - other.at),
      l1Offset,
      refcountTable: table,
      fileLength,
    }
  }

  /** The end of the last packed piece's sector, where that is in the last cluster of the file. */
  #dataEnd(): number | undefined {
    const end = alignUp(this.#room.next, SECTOR)
    return alignUp(end, this.#geometry.clusterSize) === this.#space.end ? end : undefined
  }

  /** The table of a range of guest clusters; the one of the range before is complete then. */
  #tableFor(index: number, writes: FileWrite[]): WordTable {
    if (this.#table?.index === index) return this.#table.words
    invariant(index >= this.#l2Offsets.length, 'pieces come in guest order')
    this.#endTable(writes)
    if (index >= (this.#l1Clusters * this.#geometry.clusterSize) / L1_ENTRY_BYTES) this.#moveL1()
    const words: WordTable = new Uint32Array(this.#geometry.clusterSize / 4)
    const offset = this.#space.takeOne()
    this.#l2Offsets[index] = offset
    this.#table = { index, offset, words }
    return words
  }

  #endTable(writes: FileWrite[]): void {
    if (this.#table === undefined) return
    const { offset, words } = this.#table
    writes.push({ at: offset, bytes: fileBytesOf(words), tag: 'l2-table' })
    this.#table = undefined
  }

  #moveL1(): void {
    if (this.#isL1Moved) return
    this.#isL1Moved = true
    this.#space.giveBackL1(this.#l1Clusters)
  }

  #addBlocks(
    blocks: Iterable<{ readonly offset: number; readonly bytes: Uint8Array }>,
    writes: FileWrite[],
  ): void {
    for (const { offset, bytes } of blocks)
      writes.push({ at: offset, bytes, tag: 'refcount-block' })
  }
}

const plainWrite = (
  bytes: Uint8Array,
  { from, to, at }: { readonly from: number; readonly to: number; readonly at: number },
): FileWrite => ({ at, bytes: bytes.subarray(from, to), tag: 'data' })

function setWord(
  words: WordTable,
  index: number,
  { high, low, flags }: { readonly high: number; readonly low: number; readonly flags: number },
): void {
  words[index * 2] = low
  words[index * 2 + 1] = high | flags
}
