import { invariant } from '../../base/assert.ts'
import { SECTOR } from '../format/constants.ts'

/** Whether anything said what a sector is for. */
const UNKNOWN = 0
const EXPLAINED = 1
/** The last of a compressed cluster: the next one may begin in it. */
const SHARED = 2

/** A stretch of the stream: whole clusters, but for the last block. */
export class StreamBlock {
  /** Host offset of its first byte. */
  readonly at: number
  readonly bytes: Uint8Array
  /** How many of `bytes` came. */
  readonly length: number
  readonly #marks: Uint8Array
  /** Work that still reads `bytes`. */
  users = 0

  constructor(at: number, bytes: Uint8Array, length: number) {
    this.at = at
    this.bytes = bytes
    this.length = length
    this.#marks = new Uint8Array(bytes.length / SECTOR)
  }

  get end(): number {
    return this.at + this.length
  }

  /** Sectors of [start, end), host offsets, as far as they lie in this block. */
  explain(start: number, end: number): void {
    this.#marks.fill(
      EXPLAINED,
      this.#sectorOf(start),
      Math.max(0, Math.ceil((end - this.at) / SECTOR)),
    )
  }

  /** The last sector of a compressed cluster that ends at host offset `end`. */
  share(end: number): void {
    const sector = (end - this.at) / SECTOR - 1
    if (this.#marks[sector] === UNKNOWN) this.#marks[sector] = SHARED
  }

  /** Whether something may still ask for part of a cluster, given by its host offset. */
  mayMatter(start: number, clusterSize: number): boolean {
    const from = this.#sectorOf(start)
    const end = from + clusterSize / SECTOR
    const unknown = this.#marks.indexOf(UNKNOWN, from)
    // A stream that begins in the last sector goes on in the next cluster, or there is none.
    return (unknown !== -1 && unknown < end) || this.#marks[end - 1] === SHARED
  }

  /** From the next unknown or shared sector on: most blocks have none. */
  get isExplained(): boolean {
    return !this.#marks.includes(UNKNOWN) && !this.#marks.includes(SHARED)
  }

  #sectorOf(start: number): number {
    return Math.max(0, Math.floor((start - this.at) / SECTOR))
  }
}

/** The latest blocks of a stream, whole: whatever begins in one and ends in the newest is in memory. */
export class RecentBlocks {
  readonly #blockBytes: number
  readonly #most: number
  readonly #blocks: StreamBlock[] = []

  constructor(blockBytes: number, most: number) {
    this.#blockBytes = blockBytes
    this.#most = most
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  /** Adds the next block; the one that has no room any more comes back. */
  add(block: StreamBlock): StreamBlock | undefined {
    this.#blocks.push(block)
    return this.#blocks.length > this.#most ? this.#blocks.shift() : undefined
  }

  /** The block that holds a byte of the stream. */
  blockOf(at: number): StreamBlock | undefined {
    const [first] = this.#blocks
    if (first === undefined || at < first.at) return undefined
    const block = this.#blocks[Math.floor((at - first.at) / this.#blockBytes)]
    return block !== undefined && at < block.end ? block : undefined
  }

  /** Blocks that share bytes with [start, end), from first to last. */
  *blocksOf(start: number, end: number): Generator<StreamBlock> {
    for (const block of this.#blocks) {
      if (block.at < end && block.end > start) yield block
    }
  }

  /** Bytes [start, end); a view where one block has them all. What lies past the end of the stream is zero. */
  bytes(start: number, end: number): Uint8Array {
    const block = this.blockOf(start)
    invariant(block !== undefined, 'the bytes are in one of the latest blocks')
    if (end <= block.end) return block.bytes.subarray(start - block.at, end - block.at)
    const bytes = new Uint8Array(end - start)
    for (const each of this.blocksOf(start, end)) {
      const from = Math.max(start, each.at)
      bytes.set(
        each.bytes.subarray(from - each.at, Math.min(end, each.end) - each.at),
        from - start,
      )
    }
    return bytes
  }
}
