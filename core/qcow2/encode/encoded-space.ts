import { ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import type { Stretch } from '../create/image-layout.ts'
import { limits, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { refcountAccess, type RefcountAccess } from '../format/refcount-block.ts'

export interface EncodedSpaceOptions {
  /** For messages. */
  readonly path: string
  readonly geometry: Pick<Geometry, 'clusterSize' | 'refcountOrder' | 'refcountBlockEntries'>
  /** Clusters to keep for the refcount table before the first block; it goes to the end when it outgrows them. */
  readonly tableClusters?: number
  /** Clusters for the L1 table. */
  readonly l1Clusters: number
}

/** A refcount block as it stands in the file. */
export interface CountedBlock {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** The refcounts of a file in which everything has its place. */
export interface FinishedRefcounts {
  readonly table: Stretch
  /** Of all blocks, by what they count. */
  readonly blockOffsets: readonly number[]
  /** The blocks that `settled` has not given. */
  readonly blocks: readonly CountedBlock[]
}

/**
 * The clusters of a file that is written from its start to its end, each given out once:
 *
 *     header | refcount table | first refcount block | L1 | … with a refcount block where one begins to count
 *
 * which is where QEMU puts them in an image that is filled in guest order. Counts are kept for the blocks
 * that can still change only, so memory does not grow with the file: a few blocks, and 8 bytes for each
 * block there is (8 MiB at most, the limit of the refcount table).
 */
export class EncodedSpace {
  readonly l1Offset: number
  /** The highest count that the refcounts can say. */
  readonly mostReferences: number
  readonly #path: string
  readonly #clusterSize: number
  readonly #perBlock: number
  readonly #tableClusters: number
  readonly #access: RefcountAccess
  readonly #blockOffsets: number[] = []
  /** Counts that are not final yet, by the number of their block. The first one stays until the end. */
  readonly #open = new Map<number, Uint8Array>()
  /** Clusters that were given back before the end of the file. */
  readonly #spare: number[] = []
  #next = 1
  /** Blocks below this are written. */
  #settled = 1

  constructor({ path, geometry, tableClusters = 1, l1Clusters }: EncodedSpaceOptions) {
    this.#path = path
    this.#clusterSize = geometry.clusterSize
    this.#perBlock = geometry.refcountBlockEntries
    this.#tableClusters = tableClusters
    this.#access = refcountAccess(geometry.refcountOrder)
    this.mostReferences = this.#access.max
    this.#next += tableClusters
    this.#blockOffsets.push(this.#next * this.#clusterSize)
    this.#open.set(0, new Uint8Array(this.#clusterSize))
    this.#next++
    this.l1Offset = this.#next * this.#clusterSize
    this.#next += l1Clusters
    const fixed = this.#next
    this.#cover()
    for (let cluster = 0; cluster < fixed; cluster++) this.#count(cluster, 1)
  }

  /** Where the next cluster will be. */
  get end(): HostOffset {
    return hostOffset(this.#next * this.#clusterSize)
  }

  /** Clusters that lie together, which nobody refers to yet. Throws `image-full`. */
  take(clusters: number): HostOffset {
    const offset = this.end
    this.#next += clusters
    this.#cover()
    return offset
  }

  /** One cluster with one reference. */
  takeOne(): HostOffset {
    const offset = this.take(1)
    this.#count(offset / this.#clusterSize, 1)
    return offset
  }

  /** `times` more references to each of the clusters, which are among the last that were given out. */
  refer(offset: number, clusters: number, times: number): void {
    const first = offset / this.#clusterSize
    for (let cluster = first; cluster < first + clusters; cluster++) {
      this.#count(cluster, this.#countOf(cluster) + times)
    }
  }

  /** References to the cluster at `offset`, which is among the last that were given out. */
  references(offset: number): number {
    return this.#countOf(offset / this.#clusterSize)
  }

  /** The L1 table does not stay where it was to be. */
  giveBackL1(clusters: number): void {
    const first = this.l1Offset / this.#clusterSize
    for (let cluster = first; cluster < first + clusters; cluster++) this.#count(cluster, 0)
    if (first + clusters === this.#next) {
      this.#next = first
      return
    }
    for (let cluster = first + clusters - 1; cluster >= first; cluster--) this.#spare.push(cluster)
  }

  /** Blocks whose counts will not change any more; each is given once. */
  *settled(): Generator<CountedBlock> {
    // A piece of compressed data that began in the last cluster of a block may reach into the next one.
    const end = Math.floor(this.#next / this.#perBlock) - 1
    for (; this.#settled < end; this.#settled++) yield* this.#closeBlock(this.#settled)
  }

  /** Nothing is given out after it. */
  finish(): FinishedRefcounts {
    this.#dropIdleBlock()
    const table = this.#placeTable()
    const blocks = [...this.#open.keys()].flatMap((block) => [...this.#closeBlock(block)])
    return { table, blockOffsets: this.#blockOffsets, blocks }
  }

  *#closeBlock(block: number): Generator<CountedBlock> {
    const bytes = this.#open.get(block)
    const offset = this.#blockOffsets[block]
    this.#open.delete(block)
    if (bytes !== undefined && offset !== undefined) yield { offset, bytes }
  }

  /** Every cluster up to and with the next one is counted by a block. */
  #cover(): void {
    const before = this.#blockOffsets.length
    while (this.#blockOffsets.length * this.#perBlock <= this.#next) {
      const cluster = this.#spare.pop() ?? this.#takeForBlock()
      this.#open.set(this.#blockOffsets.length, new Uint8Array(this.#clusterSize))
      this.#blockOffsets.push(cluster * this.#clusterSize)
    }
    if (this.#blockOffsets.length > before) this.#countBlocks(before)
  }

  /** The cluster of the refcount table becomes a block when the table has no room for that block. */
  #takeForBlock(): number {
    const found = this.#blockOffsets.length + 1
    if (found * REFCOUNT_TABLE_ENTRY_BYTES > limits.refcountTable) {
      const limit = limits.refcountTable
      const structure = 'refcount table'
      const needed = found * REFCOUNT_TABLE_ENTRY_BYTES
      throw new ImageError('image-full', { path: this.#path, structure, limit, found: needed })
    }
    const room = this.#tableRoom
    return found > room && found <= room + this.#tableClusters ? found - room : this.#next++
  }

  #countBlocks(from: number): void {
    for (let block = from; block < this.#blockOffsets.length; block++) {
      this.#count((this.#blockOffsets[block] ?? 0) / this.#clusterSize, 1)
    }
  }

  /** Blocks that the table has room for at the start of the file. */
  get #tableRoom(): number {
    return (this.#tableClusters * this.#clusterSize) / REFCOUNT_TABLE_ENTRY_BYTES
  }

  /** The last block was placed for what would come next, and nothing came. */
  #dropIdleBlock(): void {
    const block = this.#blockOffsets.length - 1
    const cluster = (this.#blockOffsets[block] ?? 0) / this.#clusterSize
    const isLast = cluster === this.#next - 1
    if (block === 0 || block * this.#perBlock < this.#next - (isLast ? 1 : 0)) return
    this.#count(cluster, 0)
    this.#blockOffsets.pop()
    this.#open.delete(block)
    if (isLast) this.#next--
  }

  #placeTable(): Stretch {
    const clusterSize = this.#clusterSize
    if (this.#blockOffsets.length <= this.#tableRoom) {
      // It may have been given to a block that was not needed after all.
      for (let cluster = 1; cluster <= this.#tableClusters; cluster++) this.#count(cluster, 1)
      return { offset: clusterSize, length: this.#tableClusters * clusterSize }
    }
    // Enough for the blocks that count the table itself, too.
    const perCluster = clusterSize / REFCOUNT_TABLE_ENTRY_BYTES
    const known = this.#blockOffsets.length
    const more = 2 + ceilDiv(ceilDiv(known, perCluster) + 1, this.#perBlock)
    const clusters = ceilDiv(known + more, perCluster)
    const offset = this.take(clusters)
    this.refer(offset, clusters, 1)
    this.#dropIdleBlock()
    return { offset, length: clusters * clusterSize }
  }

  #countOf(cluster: number): number {
    const block = this.#open.get(Math.floor(cluster / this.#perBlock))
    return block === undefined ? 0 : this.#access.get(block, cluster % this.#perBlock)
  }

  #count(cluster: number, count: number): void {
    const block = this.#open.get(Math.floor(cluster / this.#perBlock))
    if (block !== undefined) this.#access.set(block, cluster % this.#perBlock, count)
  }
}
