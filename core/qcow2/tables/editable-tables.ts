import { invariant } from '../../base/assert.ts'
import { alignDown, alignUp, ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { L1_ENTRY_BYTES, limits, SECTOR } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { refcountTableEntries } from '../format/header-rules.ts'
import type { Qcow2Header } from '../format/header.ts'
import type { WordTable } from '../word-table.ts'
import { Allocator } from './allocator.ts'
import { entrySpan, packedSpan } from './entry-clusters.ts'
import { addJoined, GoneReferences, runOfOne, timesIn } from './gone-references.ts'
import { headerSector, withHeader, writeHeaderFields } from './header-store.ts'
import { HeldClusters } from './held-clusters.ts'
import type { HostRun, ReservedRun } from './host-run.ts'
import type { EntryWords, ImageTables } from './image-tables.ts'
import { L1Editor } from './l1-editor.ts'
import { L2Editor } from './l2-editor.ts'
import { OverlapGuard } from './overlap-guard.ts'
import { PackedSpace } from './packed-space.ts'
import { RefcountEditor } from './refcount-editor.ts'
import type { TableContent } from './table-content.ts'
import type { TableObserver } from './table-observer.ts'
import { TailStructures } from './tail-structures.ts'
import type { Told } from './told.ts'

/** ImageTables over a file. See there for what each call promises. */
export class EditableTables implements ImageTables {
  readonly file: WritableFile
  readonly l1: L1Editor
  readonly l2: L2Editor
  readonly #refcounts: RefcountEditor
  readonly #allocator: Allocator
  readonly #guard: OverlapGuard
  readonly #packed: PackedSpace
  readonly #tail: TailStructures
  readonly #held: HeldClusters
  readonly #told: Told = { observer: undefined }
  #area: HeaderArea
  /** The header as it is in the file. */
  #written: Qcow2Header
  readonly #gone: GoneReferences
  #freed: HostRun[] = []
  #unflushed = false
  #failure: ImageError | undefined

  private constructor(file: WritableFile, area: HeaderArea) {
    const { header, geometry } = area
    this.file = file
    this.#area = area
    this.#written = header
    this.l1 = new L1Editor(file, { offset: header.l1TableOffset, entries: header.l1Size })
    this.l2 = new L2Editor(file, geometry)
    this.#refcounts = new RefcountEditor(file, geometry, {
      offset: header.refcountTableOffset,
      entries: refcountTableEntries(header, geometry),
    })
    const { l1, l2 } = this
    const refcounts = this.#refcounts
    const told = this.#told
    const guard = new OverlapGuard(file, area, {
      tables: { l1, l2, refcounts },
      written: () => this.#written,
    })
    this.#guard = guard
    const drop = (run: HostRun) => {
      this.#dropMetadata(run)
    }
    const allocator = new Allocator({
      path: file.name,
      geometry,
      refcounts,
      fileLength: file.size(),
      guard,
      told,
      dropTable: drop,
    })
    this.#allocator = allocator
    this.#packed = new PackedSpace({ geometry, refcounts, allocator, told })
    this.#held = new HeldClusters(geometry.clusterSize)
    this.#gone = new GoneReferences(geometry.clusterSize)
    const resizeL1 = (entries: number) => {
      this.resizeL1(entries)
    }
    const parts = { geometry, l1, refcounts, allocator, guard, told, drop, resizeL1 }
    this.#tail = new TailStructures(parts)
  }

  /** Reads L1 and refcount table; throws `structure-damaged` when they cannot be where the header says. */
  static open(file: WritableFile, area: HeaderArea): EditableTables {
    return new EditableTables(file, area)
  }

  get area(): HeaderArea {
    return this.#refcounts.isMoved ? withHeader(this.#area, this.#refcountPlace()) : this.#area
  }

  get geometry(): Geometry {
    return this.#area.geometry
  }

  get dirtyBytes(): number {
    return this.l2.dirtyBytes + this.#refcounts.dirtyBytes
  }

  entry(cluster: number, into: EntryWords): void {
    const { l2Entries } = this.geometry
    const offset = this.l1.l2OffsetAt(Math.floor(cluster / l2Entries))
    if (offset !== 0) this.l2.readEntry(offset, cluster % l2Entries, into)
    else into.high = into.low = into.alloc = into.zeroes = 0
  }

  setEntry(cluster: number, words: Readonly<EntryWords>): void {
    this.#mustWork()
    const { l2Entries } = this.geometry
    const table = this.#ownTable(Math.floor(cluster / l2Entries))
    this.l2.writeEntry(table, cluster % l2Entries, words)
    this.#entryLinks(words)
  }

  reserve(clusters: number): ReservedRun {
    this.#mustWork()
    return this.#allocator.reserve(clusters)
  }

  reserveTogether(clusters: number): ReservedRun {
    this.#mustWork()
    return this.#allocator.reserveTogether(clusters)
  }

  reservePacked(bytes: number): HostOffset {
    this.#mustWork()
    return this.#packed.reserve(bytes)
  }

  unreserve({ offset, clusters }: HostRun): void {
    const first = offset / this.geometry.clusterSize
    for (let cluster = first; cluster < first + clusters; cluster++) this.#release(cluster)
    this.#told.observer?.unreserved(first, clusters)
  }

  unreservePacked(offset: HostOffset, bytes: number): void {
    const { clusterSize } = this.geometry
    const first = Math.floor(offset / clusterSize)
    const last = Math.floor((offset + bytes - 1) / clusterSize)
    for (let cluster = first; cluster <= last; cluster++) this.#release(cluster)
    this.#told.observer?.unreserved(first, last - first + 1)
  }

  unreference(run: HostRun): void {
    this.#mustWork()
    this.#gone.add(run)
    this.#told.observer?.unreferenced(run.offset / this.geometry.clusterSize, run.clusters)
  }

  unreferencePacked(high: number, low: number): void {
    const { first, clusters } = packedSpan(high, low, this.geometry)
    this.unreference({ offset: hostOffset(first * this.geometry.clusterSize), clusters })
  }

  refcount(hostCluster: number): number {
    return this.#refcounts.get(hostCluster)
  }

  async writeData(from: Uint8Array, at: HostOffset, tag: 'data' | 'compressed'): Promise<void> {
    this.#mustWork()
    this.#guard.mustBeFree(at, from.length, 'guest data')
    this.#unflushed = true
    await this.file.write(from, at, tag)
  }

  setHeader(fields: Partial<Qcow2Header>): void {
    this.#mustWork()
    this.#area = withHeader(this.#area, fields)
  }

  resizeL1(entries: number): void {
    this.#mustWork()
    const bytes = entries * L1_ENTRY_BYTES
    if (bytes > limits.l1Table) {
      throw new ImageError('image-full', {
        path: this.file.name,
        structure: 'L1 table',
        limit: limits.l1Table,
        found: bytes,
      })
    }
    const { clusterSize } = this.geometry
    const run = this.#allocator.reserveTogether(ceilDiv(bytes, clusterSize))
    const old = this.l1.place
    this.l1.moveTo(run.offset, entries)
    this.#told.observer?.linked(run.offset / clusterSize, run.clusters)
    this.#guard.add('L1 table', run.offset, run.clusters * clusterSize)
    this.setHeader({ l1TableOffset: run.offset, l1Size: entries })
    const oldClusters = ceilDiv(old.entries * L1_ENTRY_BYTES, clusterSize)
    if (oldClusters > 0)
      this.#dropMetadata({ offset: hostOffset(old.offset), clusters: oldClusters })
  }

  dropL2(index: number): void {
    this.#mustWork()
    const offset = hostOffset(this.l1.l2OffsetAt(index))
    if (offset === 0) return
    const own = this.l1.isCopied(index)
    this.l1.set(index, hostOffset(0))
    if (own) this.l2.forget(offset)
    this.#dropMetadata({ offset, clusters: 1 })
  }

  /** From now on `observer` is told what becomes of host clusters; nothing may wait for a commit. */
  observe(observer: TableObserver | undefined): void {
    this.#told.observer = observer
  }

  /** For a flush of the file that somebody else does: as `TableObserver.flushing`. */
  flushing(): () => void {
    return this.#told.observer?.flushing() ?? (() => {})
  }

  /** Runs of clusters before cluster `end` that are free. */
  freeRuns(end: number): Iterable<{ readonly first: number; readonly clusters: number }> {
    return this.#refcounts.freeRuns(end)
  }

  /** The last host cluster with a refcount, -1 when there is none. */
  lastCounted(): number {
    return this.#refcounts.lastCounted()
  }

  /** Whether a refcount block counts the cluster: only then can it be held. */
  isCounted(cluster: number): boolean {
    return this.#refcounts.isCounted(cluster)
  }

  /** Whether the cluster is of a structure that `trimFile` takes out of the way by itself. */
  yieldsToTrim(cluster: number): boolean {
    const kind = this.#guard.kindAt(cluster)
    return kind === 'L1 table' || kind === 'refcount table' || kind === 'refcount block'
  }

  /** An L2 table by its host offset, which stays out of the cache. Not to be changed. */
  peekL2(offset: number): WordTable {
    return this.l2.peek(offset)
  }

  /**
   * Takes a free cluster for somebody who prepares content that an entry may refer to later: then it is
   * no longer held. It counts as used, and is what a crash may leak.
   */
  hold(cluster: number): void {
    this.#mustWork()
    this.#allocator.take(cluster)
    this.#held.add(cluster)
    this.#told.observer?.reserved(cluster, 1)
  }

  /** Gives back what `hold` took. */
  letGo(cluster: number): void {
    invariant(this.#held.delete(cluster), `cluster ${cluster} is not held`)
    this.#release(cluster)
    this.#told.observer?.unreserved(cluster, 1)
  }

  /**
   * The L2 table of L1 entry `index`, which is the active state's own, goes on in a free host cluster;
   * in memory, as every change.
   */
  moveL2(index: number, target: number): void {
    this.#mustWork()
    const { clusterSize } = this.geometry
    const old = hostOffset(this.l1.l2OffsetAt(index))
    invariant(old !== 0 && this.l1.isCopied(index), `L1 entry ${index} has no table of its own`)
    this.l2.load(old)
    this.hold(target)
    this.#linkL2(index, hostOffset(target * clusterSize), old)
    this.l2.forget(old)
    this.#dropMetadata({ offset: old, clusters: 1 })
  }

  takeFreed(): readonly HostRun[] {
    const freed = this.#freed
    this.#freed = []
    return freed
  }

  async trimFile(most = Number.MAX_SAFE_INTEGER): Promise<number> {
    const { clusterSize } = this.geometry
    do await this.#commitFreed()
    while (this.#tail.clear())
    const used = (this.#refcounts.lastCounted() + 1) * clusterSize
    const length = this.file.size()
    if (length <= used) return length
    const end = Math.max(used, alignDown(Math.max(0, length - most), clusterSize))
    this.file.truncate(end)
    this.#unflushed = true
    this.#allocator.cutAt(end)
    this.#told.observer?.cut(end / clusterSize)
    return end
  }

  async commit(): Promise<void> {
    this.#mustWork()
    const { file, l1, l2 } = this
    const refcounts = this.#refcounts
    this.#guard.mustBeTables()
    this.#endInSector()
    // Marks of what is written stay until the end: a commit that fails on the way is done again, whole. But
    // the file may refer to what is new as soon as it is durable, for a write that fails may be there all
    // the same. So what changes in it until the next commit is no longer written in the first step.
    const blocks = refcounts.writeBlocks()
    const tables = l2.write('new')
    if (l1.writeMoved() || blocks || tables || this.#unflushed) await this.#flush()
    refcounts.movedIsDurable()
    l2.newAreDurable()
    l1.movedIsDurable()

    if (this.#linkRefcounts()) await this.#flush()
    const linked = l2.write('referenced')
    if (l1.writeChanged() || linked) await this.#flush()
    if (this.#written !== this.#area.header) {
      writeHeaderFields(file, this.#area.header)
      await this.#flush()
      this.#written = this.#area.header
    }
    refcounts.committed()
    l2.committed()
    l1.committed()
    this.#freeGone()
  }

  /** What a commit frees is counted in the file until the next one. */
  async #commitFreed(): Promise<void> {
    await this.commit()
    if (this.#refcounts.dirtyBytes > 0) await this.commit()
  }

  /**
   * Compressed data is read in whole sectors; QEMU does not read past the end of a file for them. A file
   * that nothing was written to stays as long as it is.
   */
  #endInSector(): void {
    const length = this.file.size()
    if (!this.#unflushed || length % SECTOR === 0) return
    this.file.truncate(alignUp(length, SECTOR))
    this.#unflushed = true
  }

  /**
   * All tables as a commit would leave them in the file, each where it would be: for comparing what is
   * in memory with a walk through it. Changes nothing.
   */
  *contents(): Generator<TableContent> {
    const uncounted = [...this.#gone, ...this.#held.runs()]
    const waiting = timesIn(uncounted, this.geometry.clusterSize)
    yield* this.l2.contents()
    yield* this.#refcounts.contents(waiting)
    yield this.l1.content()
    yield { at: 0, bytes: headerSector(this.file, this.area.header) }
  }

  /** Refcount blocks before what they count: an entry of the table, or the header's for a moved table. */
  #linkRefcounts(): boolean {
    const refcounts = this.#refcounts
    const entries = refcounts.writeTableEntries()
    if (!refcounts.isMoved) return entries
    const fields = this.#refcountPlace()
    const header = { ...this.#written, ...fields }
    writeHeaderFields(this.file, header)
    // From here on the two agree on these fields; the others wait for their turn.
    const same = this.#written === this.#area.header
    this.#written = header
    this.#area = same
      ? { ...withHeader(this.#area, fields), header }
      : withHeader(this.#area, fields)
    return true
  }

  #refcountPlace(): Pick<Qcow2Header, 'refcountTableOffset' | 'refcountTableClusters'> {
    const { offset, entries } = this.#refcounts.place
    return {
      refcountTableOffset: offset,
      refcountTableClusters: ceilDiv(entries * 8, this.geometry.clusterSize),
    }
  }

  /** Only now does no table in the file refer to them any more. */
  #freeGone(): void {
    const { clusterSize } = this.geometry
    for (const { offset, clusters } of this.#gone.take()) {
      const first = offset / clusterSize
      for (let cluster = first; cluster < first + clusters; cluster++) {
        if (this.#release(cluster) !== 'freed') continue
        addJoined(this.#freed, runOfOne(cluster, clusterSize), clusterSize)
      }
      this.#told.observer?.released(first, clusters)
    }
    this.#told.observer?.committed()
  }

  #release(cluster: number): 'freed' | 'still-used' | 'was-free' {
    const outcome = this.#allocator.release(cluster)
    if (outcome === 'freed') this.#packed.freed(cluster)
    return outcome
  }

  /** The L2 table of L1 entry `index`, made or copied so that only the active state refers to it. */
  #ownTable(index: number): HostOffset {
    const old = this.l1.l2OffsetAt(index)
    if (old !== 0 && this.l1.isCopied(index)) return hostOffset(old)
    if (old !== 0) this.l2.load(old)
    const { offset } = this.#allocator.reserve(1)
    this.#linkL2(index, offset, old)
    if (old !== 0) {
      this.#dropMetadata({ offset: hostOffset(old), clusters: 1 })
    }
    return offset
  }

  /** A new table, empty or with the entries of `source`, that L1 entry `index` refers to from now on. */
  #linkL2(index: number, offset: HostOffset, source: number): void {
    const { clusterSize } = this.geometry
    this.l2.create(offset, source === 0 ? undefined : source)
    this.#guard.add('L2 table', offset, clusterSize)
    this.l1.set(index, offset)
    this.#linked(offset / clusterSize, 1)
  }

  /** Tells which clusters of the image file an L2 entry refers to now; those of a data file are not counted. */
  #entryLinks({ high, low }: Readonly<EntryWords>): void {
    if (this.#told.observer === undefined || this.#area.dataFileName !== undefined) return
    const { first, clusters } = entrySpan(high, low, this.geometry)
    if (clusters > 0) this.#linked(first, clusters)
  }

  #linked(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) this.#held.delete(cluster)
    this.#told.observer?.linked(first, clusters)
  }

  #dropMetadata(run: HostRun): void {
    this.#guard.delete(run)
    this.unreference(run)
  }

  async #flush(): Promise<void> {
    const flushed = this.#told.observer?.flushing()
    // Before, not after: what is written while the flush goes on is not covered by it.
    this.#unflushed = false
    try {
      await this.file.flush()
      flushed?.()
    } catch (error) {
      this.#failure = new ImageError('device-failed', { path: this.file.name }, { cause: error })
      throw error
    }
  }

  #mustWork(): void {
    const failure = this.#failure ?? this.#guard.refusal
    if (failure !== undefined) throw failure
  }
}
