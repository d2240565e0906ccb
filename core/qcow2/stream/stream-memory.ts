import { SECTOR } from '../format/constants.ts'
import { HeldClusters } from './held-clusters.ts'
import { RecentBlocks, type StreamBlock } from './recent-blocks.ts'

/**
 * Blocks that are in memory whole: the newest, and before it more than a compressed cluster can be long (two
 * clusters). QEMU packs clusters into what is left of older ones, so they begin a little before their table.
 */
const RECENT_BLOCKS = 4

export interface StreamMemoryOptions {
  readonly clusterSize: number
  /** Whole clusters. */
  readonly blockBytes: number
  /** Bytes of clusters that are held. */
  readonly budget: number
}

/** Bytes of the stream that went by and are still there. */
export interface RememberedPiece {
  /** undefined: all zero. Good as long as `block` is in use; of a held cluster, for good. */
  readonly bytes: Uint8Array | undefined
  readonly length: number
  readonly block: StreamBlock | undefined
}

/** What is still there of a stream that is read once: the latest blocks, and clusters nobody has explained. */
export class StreamMemory {
  readonly #clusterSize: number
  readonly #recent: RecentBlocks
  readonly #held: HeldClusters
  /** A held cluster that a piece was taken of: with subclusters, the next piece may be in it, too. */
  #inUse: number | undefined

  constructor({ clusterSize, blockBytes, budget }: StreamMemoryOptions) {
    this.#clusterSize = clusterSize
    this.#recent = new RecentBlocks(blockBytes, RECENT_BLOCKS)
    this.#held = new HeldClusters(clusterSize, budget)
  }

  get isEmpty(): boolean {
    return this.#recent.isEmpty
  }

  /** Adds the next block. The one that has no room any more comes back; what matters of it is `hold`'s to keep. */
  add(block: StreamBlock): StreamBlock | undefined {
    return this.#recent.add(block)
  }

  /** Holds the clusters of a block that nothing has spoken of. */
  hold(block: StreamBlock): void {
    if (block.isExplained) return
    for (let at = block.at; at < block.end; at += this.#clusterSize) {
      if (!block.mayMatter(at, this.#clusterSize)) continue
      const from = at - block.at
      const bytes = block.bytes.subarray(from, from + this.#clusterSize)
      this.#held.hold(at / this.#clusterSize, bytes)
    }
  }

  /** Nothing that is held will be asked for. */
  releaseHeld(): void {
    this.#held.clear()
  }

  /** A run has its use. Whole clusters: what of them is not read is of no use to anybody else. */
  explain(start: number, end: number): void {
    const rest = end % this.#clusterSize
    const to = rest === 0 ? end : end + this.#clusterSize - rest
    for (const block of this.#recent.blocksOf(start, to)) block.explain(start, to)
  }

  /** A compressed cluster has its use; the next one may begin in its last sector. */
  explainPacked(start: number, end: number): void {
    for (const block of this.#recent.blocksOf(start, end)) {
      block.explain(start, end - SECTOR)
      block.share(end)
    }
  }

  blockOf(at: number): StreamBlock | undefined {
    return this.#recent.blockOf(at)
  }

  /** What is there of [at, end), from `at` on: more may follow. A held cluster is dropped when the next one is asked for. */
  pieceAt(at: number, end: number): RememberedPiece | undefined {
    const block = this.#recent.blockOf(at)
    if (block !== undefined) {
      const to = Math.min(end, block.end)
      return { bytes: block.bytes.subarray(at - block.at, to - block.at), length: to - at, block }
    }
    const cluster = Math.floor(at / this.#clusterSize)
    const held = this.#held.get(cluster)
    if (held === undefined) return undefined
    const from = at % this.#clusterSize
    const length = Math.min(this.#clusterSize - from, end - at)
    const bytes = held.bytes?.slice(from, from + length)
    if (this.#inUse !== undefined && this.#inUse !== cluster) this.#held.drop(this.#inUse)
    this.#inUse = cluster
    return { bytes, length, block: undefined }
  }

  /**
   * All of [start, start + length), or the offset of the first byte that is not there any more. What lies behind
   * the end of the stream is zero.
   */
  bytesOf(start: number, length: number): Uint8Array | number {
    const end = start + length
    if (this.#recent.blockOf(start) !== undefined) return this.#recent.bytes(start, end)
    const bytes = new Uint8Array(length)
    for (let at = start; at < end;) {
      if (this.#recent.blockOf(at) !== undefined) {
        bytes.set(this.#recent.bytes(at, end), at - start)
        break
      }
      const held = this.#held.get(Math.floor(at / this.#clusterSize))
      if (held === undefined) return at
      const from = at % this.#clusterSize
      const piece = Math.min(this.#clusterSize - from, end - at)
      if (held.bytes !== undefined) bytes.set(held.bytes.subarray(from, from + piece), at - start)
      at += piece
    }
    return bytes
  }

  /** A table that was read. */
  drop(start: number): void {
    this.#held.drop(start / this.#clusterSize)
  }
}
