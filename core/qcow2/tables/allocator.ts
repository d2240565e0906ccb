import { alignUp, ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { hostOffset } from '../../units.ts'
import { limits, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import type { HostRun, ReservedRun } from './host-run.ts'
import type { OverlapGuard } from './overlap-guard.ts'
import type { RefcountEditor } from './refcount-editor.ts'
import type { Told } from './told.ts'

export interface AllocatorParts {
  readonly path: string
  readonly geometry: Geometry
  readonly refcounts: RefcountEditor
  /** Bytes of the file now: what lies past them reads as zeroes. */
  readonly fileLength: number
  readonly guard: OverlapGuard
  readonly told: Told
  /** The old refcount table, once a longer one has taken its place. */
  readonly dropTable: (run: HostRun) => void
}

/**
 * Gives out free host clusters, those known to hold zeroes first, then the lowest, and makes refcount blocks where none counts yet. A cluster
 * is free when its refcount in memory is zero; that of a cluster whose last reference went is lowered
 * only after the commit (ImageTables), so it cannot be given out before.
 */
export class Allocator {
  readonly #parts: AllocatorParts
  /** No cluster below is free. */
  #lowest = 0
  /** Clusters from here on were never given out and lie past the end of the file. */
  #untouched: number

  constructor(parts: AllocatorParts) {
    this.#parts = parts
    this.#untouched = ceilDiv(parts.fileLength, parts.geometry.clusterSize)
  }

  /** One to `clusters` neighbouring clusters, refcount one. Throws `image-full`. */
  reserve(clusters: number): ReservedRun {
    const zeroed = this.#parts.told.observer?.zeroed(clusters)
    if (zeroed !== undefined) return this.#take(zeroed.first, zeroed.clusters, 'zeroes')
    const start = this.#firstFree(this.#lowest)
    this.#lowest = start
    const { refcounts } = this.#parts
    // A run either reads as zeroes or it does not.
    const limit =
      start < this.#untouched ? Math.min(start + clusters, this.#untouched) : start + clusters
    return this.#take(start, refcounts.freeUntil(start, limit) - start)
  }

  /** Exactly `clusters` neighbouring clusters, for tables of several. */
  reserveTogether(clusters: number): ReservedRun {
    const { refcounts } = this.#parts
    for (let from = this.#lowest; ;) {
      const start = this.#firstFree(from, clusters)
      const end = refcounts.freeUntil(start, start + clusters)
      if (end - start === clusters) return this.#take(start, clusters)
      // Where no block counts, the search makes room for the whole run; else the next gap is looked for.
      from = end
    }
  }

  /** Takes one cluster, which must be free and counted; its content may be anything. */
  take(cluster: number): void {
    const { geometry, refcounts, guard } = this.#parts
    guard.mustBeFree(hostOffset(cluster * geometry.clusterSize), geometry.clusterSize, 'new data')
    refcounts.set(cluster, 1)
    this.#untouched = Math.max(this.#untouched, cluster + 1)
  }

  /** Whether so many neighbouring clusters are counted and free before cluster `end`. */
  hasRoomBelow(end: number, clusters: number): boolean {
    const { refcounts } = this.#parts
    for (let from = this.#lowest; ;) {
      const found = refcounts.findFree(from)
      if (found.kind === 'uncounted' || found.cluster + clusters > end) return false
      const stop = refcounts.freeUntil(found.cluster, found.cluster + clusters)
      if (stop - found.cluster === clusters) return true
      from = stop
    }
  }

  /**
   * Lowers a cluster's count by one; at zero it is free at once. A count that is zero already stays: more
   * references went than were counted, so the image was damaged before, and it may be somebody's.
   */
  release(cluster: number): 'freed' | 'still-used' | 'was-free' {
    const { refcounts } = this.#parts
    const count = refcounts.get(cluster)
    if (count === 0) return 'was-free'
    refcounts.set(cluster, count - 1)
    if (count > 1) return 'still-used'
    this.#lowest = Math.min(this.#lowest, cluster)
    // One that lay past the end of the file was written to in place, perhaps.
    this.#untouched = Math.max(this.#untouched, cluster + 1)
    return 'freed'
  }

  /** The file was cut: what lies past its new end reads as zeroes again. */
  cutAt(fileLength: number): void {
    this.#untouched = ceilDiv(fileLength, this.#parts.geometry.clusterSize)
  }

  #take(start: number, clusters: number, known?: 'zeroes'): ReservedRun {
    const { geometry, refcounts, guard, told } = this.#parts
    const offset = hostOffset(start * geometry.clusterSize)
    guard.mustBeFree(offset, clusters * geometry.clusterSize, 'new data')
    for (let cluster = start; cluster < start + clusters; cluster++) refcounts.set(cluster, 1)
    const reads = known ?? (start >= this.#untouched ? 'zeroes' : 'anything')
    this.#untouched = Math.max(this.#untouched, start + clusters)
    told.observer?.reserved(start, clusters)
    return { offset, clusters, reads }
  }

  /** The first free cluster from `from` on; where counts end, room is made for `clusters` of them. */
  #firstFree(from: number, clusters = 1): number {
    for (let at = from; ;) {
      const found = this.#parts.refcounts.findFree(at)
      if (found.kind === 'free') return found.cluster
      this.#countFrom(found.cluster, clusters)
      at = found.cluster
    }
  }

  /**
   * Makes the blocks that count `cluster` and `clusters` more behind them, in the very clusters from
   * `cluster` on: a block that counts itself needs no other. When the refcount table has no room for
   * them, a longer one follows, counted by the same blocks:
   *
   *     | block b | block b+1 … | longer refcount table | clusters that were asked for |
   */
  #countFrom(cluster: number, clusters: number): void {
    const { geometry, refcounts } = this.#parts
    const block = Math.floor(cluster / geometry.refcountBlockEntries)
    const blocks = this.#blocksFor(cluster, clusters)
    const capacity = refcounts.place.entries
    let missing = 1
    while (missing < blocks && refcounts.blockOffset(block + missing) === 0) missing++
    // A block that is there already (tables may have gaps) ends the run; the search goes on behind it.
    const fits = block + missing <= capacity
    if (fits || missing < blocks)
      this.#addBlocks(block, cluster, Math.min(missing, capacity - block))
    else this.#moveTable(block, cluster, clusters)
  }

  /** How many blocks, lying from `cluster` on, count themselves and `clusters` more. */
  #blocksFor(cluster: number, clusters: number): number {
    const { refcountBlockEntries } = this.#parts.geometry
    const inBlock = cluster % refcountBlockEntries
    for (let blocks = 1; ;) {
      const needed = ceilDiv(inBlock + blocks + clusters, refcountBlockEntries)
      if (needed <= blocks) return blocks
      blocks = needed
    }
  }

  #moveTable(block: number, cluster: number, clusters: number): void {
    const { geometry, refcounts, dropTable, guard, told } = this.#parts
    const { clusterSize } = geometry
    const old = refcounts.place
    const { blocks, tableBytes } = this.#longerTable(block, cluster, clusters)
    const tableCluster = cluster + blocks
    const offset = hostOffset(tableCluster * clusterSize)
    guard.mustBeFree(offset, tableBytes, 'a longer refcount table')
    refcounts.moveTableTo(offset, tableBytes / REFCOUNT_TABLE_ENTRY_BYTES)
    this.#addBlocks(block, cluster, blocks)
    const end = tableCluster + tableBytes / clusterSize
    for (let own = tableCluster; own < end; own++) refcounts.set(own, 1)
    this.#untouched = Math.max(this.#untouched, end)
    told.observer?.reserved(tableCluster, end - tableCluster)
    told.observer?.linked(tableCluster, end - tableCluster)
    guard.add('refcount table', offset, tableBytes)
    const oldBytes = alignUp(old.entries * REFCOUNT_TABLE_ENTRY_BYTES, clusterSize)
    dropTable({ offset: hostOffset(old.offset), clusters: oldBytes / clusterSize })
  }

  /** Half as long again, so that a growing image does not move its table each time; or what just does. */
  #longerTable(
    block: number,
    cluster: number,
    clusters: number,
  ): { readonly blocks: number; readonly tableBytes: number } {
    const { geometry, path } = this.#parts
    const { clusterSize } = geometry
    let found = 0
    for (const factor of [1.5, 1]) {
      let blocks = 1
      for (;;) {
        const entries = Math.ceil((block + blocks) * factor)
        const tableBytes = alignUp(entries * REFCOUNT_TABLE_ENTRY_BYTES, clusterSize)
        const needed = this.#blocksFor(cluster, tableBytes / clusterSize + clusters)
        found = tableBytes
        if (needed > blocks) blocks = needed
        else if (tableBytes <= limits.refcountTable) return { blocks, tableBytes }
        else break
      }
    }
    throw new ImageError('image-full', {
      path,
      structure: 'refcount table',
      limit: limits.refcountTable,
      found,
    })
  }

  /** `count` blocks from index `block` on, in the clusters from `cluster` on, counting themselves. */
  #addBlocks(block: number, cluster: number, count: number): void {
    const { geometry, refcounts, guard, told } = this.#parts
    const { clusterSize } = geometry
    const offset = hostOffset(cluster * clusterSize)
    guard.mustBeFree(offset, count * clusterSize, 'a new refcount block')
    for (let index = 0; index < count; index++) {
      refcounts.addBlock(block + index, hostOffset(offset + index * clusterSize))
    }
    for (let index = 0; index < count; index++) refcounts.set(cluster + index, 1)
    this.#untouched = Math.max(this.#untouched, cluster + count)
    told.observer?.reserved(cluster, count)
    told.observer?.linked(cluster, count)
    guard.add('refcount block', offset, count * clusterSize)
  }
}
