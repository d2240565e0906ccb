import { invariant } from '../../base/assert.ts'
import { isAligned } from '../../base/bits.ts'
import { LruCache } from '../../base/lru.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import {
  refcountAccess,
  refcountBlockOffset,
  type RefcountAccess,
} from '../format/refcount-block.ts'
import type { TablePlace } from '../l1-table.ts'
import { fileBytesOf, readWordTable, type WordTable } from '../word-table.ts'
import { DirtyRange } from './dirty-range.ts'
import { findCount, findZeroCount } from './find-zero.ts'
import type { TableContent } from './table-content.ts'
import { writeWords } from './write-words.ts'

/** Blocks in memory that are as in the file. */
const CACHE_BYTES = 16 * 1024 * 1024

type Bytes = Uint8Array<ArrayBuffer>

interface Changed {
  readonly bytes: Bytes
  readonly dirty: DirtyRange
}

/** What lies at one host cluster, for the search of free ones. */
export type Found =
  | { readonly kind: 'free'; readonly cluster: number }
  /** From this cluster on no refcount block counts; it is the first that one could be made for. */
  | { readonly kind: 'uncounted'; readonly cluster: number }

/**
 * Refcount table and blocks (specification, "Host cluster management"). The table is whole in memory
 * (8 MiB at most); blocks that changed stay until the commit, the others in a cache.
 */
export class RefcountEditor {
  readonly access: RefcountAccess
  readonly #file: WritableFile
  readonly #geometry: Geometry
  readonly #tableDirty = new DirtyRange()
  readonly #clean = new LruCache<number, Bytes>(CACHE_BYTES, (block) => block.byteLength)
  /** By block index, as the clean ones. */
  readonly #changed = new Map<number, Changed>()
  #place: TablePlace
  #words: WordTable
  /** Whether the table has a new place that the header does not know yet, and whether it is there. */
  #moved: 'no' | 'unwritten' | 'written' = 'no'

  constructor(file: WritableFile, geometry: Geometry, place: TablePlace) {
    this.#file = file
    this.#geometry = geometry
    this.#place = place
    this.access = refcountAccess(geometry.refcountOrder)
    const fileLength = file.size()
    const bytes = place.entries * REFCOUNT_TABLE_ENTRY_BYTES
    // Read as zeroes, it would say that every cluster is free.
    if (place.offset + bytes > fileLength) {
      throw new ImageError('structure-damaged', {
        path: file.name,
        structure: 'refcount table',
        offset: place.offset,
        found: `a file that ends at ${fileLength}`,
        expected: `${bytes} bytes of table`,
      })
    }
    this.#words = readWordTable(file, {
      at: place.offset,
      entries: place.entries,
      tag: 'refcount-table',
    })
  }

  /** Where the table is; `entries` is how many blocks it has room for. */
  get place(): TablePlace {
    return this.#place
  }

  get dirtyBytes(): number {
    return this.#changed.size * this.#geometry.clusterSize
  }

  /** Entries that the table needs for the blocks it has. */
  get entriesUsed(): number {
    let entries = this.#place.entries
    while (entries > 0 && this.blockOffset(entries - 1) === 0) entries--
    return entries
  }

  blockOffset(block: number): number {
    return refcountBlockOffset(this.#words[2 * block + 1] ?? 0, this.#words[2 * block] ?? 0)
  }

  get(cluster: number): number {
    const block = this.#blockOf(cluster)
    const bytes = this.#load(block)
    return bytes === undefined ? 0 : this.access.get(bytes, cluster - this.#firstOf(block))
  }

  /** The cluster must be one that a block counts. */
  set(cluster: number, count: number): void {
    const block = this.#blockOf(cluster)
    const { bytes, dirty } = this.#change(block)
    const index = cluster - this.#firstOf(block)
    this.access.set(bytes, index, count)
    const at = Math.floor((index * this.#geometry.refcountBits) / 8)
    dirty.add(at, at + Math.max(this.#geometry.refcountBits / 8, 1))
  }

  /** The first cluster at or after `from` that is free, or that no block counts. */
  findFree(from: number): Found {
    const { refcountBlockEntries, refcountOrder: order } = this.#geometry
    for (let block = this.#blockOf(from); ; block++) {
      const first = this.#firstOf(block)
      const start = Math.max(from, first)
      const bytes = this.#load(block)
      if (bytes === undefined) return { kind: 'uncounted', cluster: start }
      const index = findZeroCount(bytes, { from: start - first, order, access: this.access })
      if (index !== -1 && index < refcountBlockEntries) {
        return { kind: 'free', cluster: first + index }
      }
    }
  }

  /** The first of the clusters after `from`, up to `to`, that is not free or not counted; else `to`. */
  freeUntil(from: number, to: number): number {
    const { refcountBlockEntries, refcountOrder: order } = this.#geometry
    for (let at = from; at < to;) {
      const block = this.#blockOf(at)
      const bytes = this.#load(block)
      if (bytes === undefined) return at
      const first = this.#firstOf(block)
      const stop = Math.min(to, first + refcountBlockEntries)
      const search = { from: at - first, to: stop - first, order, access: this.access }
      at = first + findCount(bytes, search)
      if (at < stop) return at
    }
    return Math.max(from, to)
  }

  isCounted(cluster: number): boolean {
    return this.blockOffset(this.#blockOf(cluster)) !== 0
  }

  /** Runs of clusters before `end` with a count of zero, or with none; a run may go on in the next one. */
  *freeRuns(end: number): Generator<{ readonly first: number; readonly clusters: number }> {
    const { refcountBlockEntries } = this.#geometry
    for (let at = 0; at < end;) {
      const found = this.findFree(at)
      if (found.cluster >= end) return
      const blockEnd = this.#firstOf(this.#blockOf(found.cluster)) + refcountBlockEntries
      const stop = Math.min(blockEnd, end)
      at = found.kind === 'free' ? this.freeUntil(found.cluster, stop) : stop
      yield { first: found.cluster, clusters: at - found.cluster }
    }
  }

  /** The block, -1 when there is none, that lies in this host cluster. */
  blockAt(cluster: number): number {
    const offset = cluster * this.#geometry.clusterSize
    for (let block = 0; block < this.#place.entries; block++) {
      if (this.blockOffset(block) === offset) return block
    }
    return -1
  }

  /** Goes on with a block at another place, which a block counts; nobody refers to it there yet. */
  moveBlockTo(block: number, offset: HostOffset): void {
    const { bytes, dirty } = this.#change(block)
    dirty.add(0, bytes.length)
    this.#refer(block, offset)
  }

  /** A block of zero counts at a place that nobody refers to yet; the table must have room for it. */
  addBlock(block: number, offset: HostOffset): void {
    invariant(block < this.#place.entries, `refcount block ${block} of ${this.#place.entries}`)
    const bytes = new Uint8Array(this.#geometry.clusterSize)
    const dirty = new DirtyRange()
    dirty.add(0, bytes.length)
    this.#changed.set(block, { bytes, dirty })
    this.#refer(block, offset)
  }

  /**
   * Takes the last blocks out of the table as long as they count nothing but such blocks, and gives their
   * places: otherwise an image that was once large keeps a block near its former end for ever, and the
   * file cannot be cut. Nothing may wait for a commit.
   */
  dropEmptyTail(): HostOffset[] {
    const dropped: HostOffset[] = []
    const clusters = new Set<number>()
    for (let block = this.#place.entries - 1; block >= 0; block--) {
      const offset = this.blockOffset(block)
      if (offset === 0) continue
      clusters.add(offset / this.#geometry.clusterSize)
      if (!this.#countsOnly(block, clusters)) break
      this.#clean.delete(block)
      this.#refer(block, 0)
      dropped.push(hostOffset(offset))
    }
    return dropped
  }

  /**
   * Takes all blocks from `first` on out of the table and gives their places. They must count nothing that
   * is in use but each other; nothing may wait for a commit.
   */
  dropBlocksFrom(first: number): HostOffset[] {
    const dropped: HostOffset[] = []
    for (let block = first; block < this.#place.entries; block++) {
      const offset = this.blockOffset(block)
      if (offset === 0) continue
      this.#clean.delete(block)
      this.#refer(block, 0)
      dropped.push(hostOffset(offset))
    }
    return dropped
  }

  /** Goes on in new clusters, with room for more blocks or for fewer, but for all there are. */
  moveTableTo(offset: HostOffset, entries: number): void {
    const words: WordTable = new Uint32Array(entries * 2)
    words.set(this.#words.subarray(0, entries * 2))
    this.#words = words
    this.#place = { offset, entries }
    this.#moved = 'unwritten'
  }

  get isMoved(): boolean {
    return this.#moved !== 'no'
  }

  /** Blocks, and a table at a new place: nothing in the file refers to what is new among them. */
  writeBlocks(): boolean {
    for (const [block, { bytes, dirty }] of this.#changed) {
      const part = bytes.subarray(dirty.from, dirty.to)
      this.#file.writeNow(part, this.blockOffset(block) + dirty.from, 'refcount-block')
    }
    const isTable = this.#moved === 'unwritten'
    if (isTable) this.#writeTable(0, this.#place.entries * REFCOUNT_TABLE_ENTRY_BYTES)
    return this.#changed.size > 0 || isTable
  }

  /** A table at a new place is durable, and the header may refer to it from now on. */
  movedIsDurable(): void {
    if (this.#moved !== 'unwritten') return
    this.#moved = 'written'
    this.#tableDirty.clear()
  }

  /** Entries of new blocks in a table that the header may refer to. */
  writeTableEntries(): boolean {
    if (this.#moved === 'unwritten' || this.#tableDirty.isEmpty) return false
    this.#writeTable(this.#tableDirty.from, this.#tableDirty.to)
    return true
  }

  /**
   * Table and blocks as they are in memory, with the counts that wait for the commit lowered already:
   * `waiting` has how often, by host cluster.
   */
  *contents(waiting: ReadonlyMap<number, number>): Generator<TableContent> {
    yield { at: this.#place.offset, bytes: fileBytesOf(this.#words) }
    const blocks = new Set(this.#changed.keys())
    for (const [block] of this.#clean) blocks.add(block)
    for (const cluster of waiting.keys()) blocks.add(this.#blockOf(cluster))
    for (const block of blocks) {
      const bytes = this.#load(block)?.slice()
      if (bytes === undefined) continue
      for (const [cluster, times] of waiting) {
        if (this.#blockOf(cluster) !== block) continue
        const index = cluster - this.#firstOf(block)
        this.access.set(bytes, index, Math.max(this.access.get(bytes, index) - times, 0))
      }
      yield { at: this.blockOffset(block), bytes }
    }
  }

  committed(): void {
    for (const [block, { bytes }] of this.#changed) this.#clean.set(block, bytes)
    this.#changed.clear()
    this.#tableDirty.clear()
    this.#moved = 'no'
  }

  /** Host offsets of all blocks. */
  *blockOffsets(): Generator<number> {
    for (let block = 0; block < this.#place.entries; block++) {
      const offset = this.blockOffset(block)
      if (offset !== 0) yield offset
    }
  }

  *offsetsToWrite(): Generator<number> {
    for (const block of this.#changed.keys()) yield this.blockOffset(block)
  }

  /** The last cluster with a count, -1 when there is none. */
  lastCounted(): number {
    for (let block = this.#place.entries - 1; block >= 0; block--) {
      const bytes = this.#load(block)
      if (bytes === undefined || !bytes.some((byte) => byte !== 0)) continue
      for (let index = this.#geometry.refcountBlockEntries - 1; index >= 0; index--) {
        if (this.access.get(bytes, index) !== 0) return this.#firstOf(block) + index
      }
    }
    return -1
  }

  #refer(block: number, offset: number): void {
    this.#words[2 * block + 1] = Math.floor(offset / HIGH_UNIT)
    this.#words[2 * block] = offset % HIGH_UNIT
    const at = block * REFCOUNT_TABLE_ENTRY_BYTES
    this.#tableDirty.add(at, at + REFCOUNT_TABLE_ENTRY_BYTES)
  }

  /** Whether no cluster but these has a count in the block. */
  #countsOnly(block: number, clusters: ReadonlySet<number>): boolean {
    const bytes = this.#load(block)
    if (bytes === undefined) return true
    const { refcountBits } = this.#geometry
    for (let at = bytes.findIndex((byte) => byte !== 0); at !== -1 && at < bytes.length; at++) {
      if (bytes[at] === 0) continue
      const first = this.#firstOf(block) + Math.floor((at * 8) / refcountBits)
      const last = this.#firstOf(block) + Math.floor((at * 8 + 7) / refcountBits)
      for (let cluster = first; cluster <= last; cluster++) {
        if (this.get(cluster) !== 0 && !clusters.has(cluster)) return false
      }
    }
    return true
  }

  #blockOf(cluster: number): number {
    return Math.floor(cluster / this.#geometry.refcountBlockEntries)
  }

  #firstOf(block: number): number {
    return block * this.#geometry.refcountBlockEntries
  }

  #writeTable(from: number, to: number): void {
    const at = this.#place.offset
    writeWords(this.#file, this.#words, { at, from, to, tag: 'refcount-table' })
  }

  #change(block: number): Changed {
    const known = this.#changed.get(block)
    if (known !== undefined) return known
    const bytes = this.#load(block)
    invariant(bytes !== undefined, `refcount block ${block} is not there`)
    const changed = { bytes, dirty: new DirtyRange() }
    this.#clean.delete(block)
    this.#changed.set(block, changed)
    return changed
  }

  /** undefined where no block counts. */
  #load(block: number): Bytes | undefined {
    const known = this.#changed.get(block)?.bytes ?? this.#clean.get(block)
    if (known !== undefined) return known
    const offset = this.blockOffset(block)
    if (offset === 0) return undefined
    this.#mustBeBlock(offset)
    const bytes = new Uint8Array(this.#geometry.clusterSize)
    this.#file.readNow(bytes, offset, 'refcount-block')
    this.#clean.set(block, bytes)
    return bytes
  }

  #mustBeBlock(offset: number): void {
    const { clusterSize } = this.#geometry
    const fileLength = this.#file.size()
    const aligned = isAligned(offset, clusterSize)
    if (aligned && offset + clusterSize <= fileLength) return
    throw new ImageError('structure-damaged', {
      path: this.#file.name,
      structure: 'refcount block',
      offset,
      found: aligned ? `a file that ends at ${fileLength}` : 'an offset inside a cluster',
      expected: aligned ? `${clusterSize} bytes of counts` : `a multiple of ${clusterSize}`,
    })
  }
}
