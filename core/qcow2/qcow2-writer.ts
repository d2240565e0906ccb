import { invariant } from '../base/assert.ts'
import { breather, throwIfAborted } from '../base/abort.ts'
import { alignDown, alignUp, isAligned } from '../base/bits.ts'
import { RangeLock } from '../base/range-lock.ts'
import { RwLock } from '../base/rw-lock.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Codecs } from '../image/codec.ts'
import type { DiskImage, LayerRun } from '../image/disk-image.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { HeaderArea } from './format/header-area.ts'
import { readHeaderArea } from './header-file.ts'
import { readLayer } from './read.ts'
import type { RecyclableImage, RecyclingPart } from './recycle/recyclable-image.ts'
import { EditableTables } from './tables/editable-tables.ts'
import { punchFreed } from './resize/punch-freed.ts'
import { announce, type ChangeKind } from './write/announce.ts'
import { DataFileStore } from './write/cluster-store.ts'
import { packCluster, writePacked } from './write/write-compressed.ts'
import { writeRange } from './write/write.ts'
import { zeroRange, type ZeroCounts } from './write/write-zeroes.ts'
import { layerOver, type WrittenLayer } from './write/written-layer.ts'

export interface Qcow2WriterParts {
  readonly file: WritableFile
  readonly area: HeaderArea
  readonly codecs: Codecs
  /** The external data file, when the header asks for one. */
  readonly dataFile?: WritableFile | undefined
  readonly backing?: DiskImage | undefined
  /** Space that is freed goes back to the host (holes are punched) with the flush that frees it. */
  readonly discard?: boolean | undefined
}

/** Tables that wait for a commit at most, about: memory, and what a commit has to write at once. */
const DIRTY_BYTES = 32 * 1024 * 1024
/** Guest bytes that one turn of a long write changes, between two chances to commit. */
const TURN_BYTES = 64 * 1024 * 1024

/**
 * A qcow2 image open for writing: reads see what was written, nothing is durable before `flush`. Owns
 * its files and its backing image. Ranges are any bytes inside the disk; calls may run side by side.
 *
 *     write ─▶ write/write.ts ─▶ data into the file, then entries of `tables` (in memory)
 *     flush ─▶ data file, then tables.commit: data, refcounts │ entries │ header   (docs/CRASH-SAFETY.md)
 *
 * Locks, in this order, so that nobody waits for somebody who waits for them:
 *
 *     gate     what changes the image holds it shared; what needs all changes done (a commit, a resize,
 *              snapshots) holds it alone
 *     ranges   guest bytes: reads share them, changes have their whole clusters alone
 *
 * Changes of more than 64 MiB are several, one after the other, for who overlaps them.
 */
export class Qcow2Writer implements DiskImage {
  readonly format = 'qcow2'
  readonly unavailable = undefined
  readonly file: WritableFile
  readonly backing: DiskImage | undefined
  readonly dataFile: WritableFile | undefined
  readonly #codecs: Codecs
  readonly #punchFreed: boolean
  readonly #gate = new RwLock()
  readonly #ranges = new RangeLock()
  readonly #dataStore: DataFileStore | undefined
  #tables: EditableTables
  /** Lookups of tables that were read anew since. */
  #earlier = { hits: 0, misses: 0 }
  #layer: WrittenLayer
  /** What must be said in the file before the first change of its kind: see `#announce`. */
  #announced: ChangeKind | undefined
  /** Set when nobody knows any more what is on the disk. */
  #failure: ImageError | undefined
  /** The failure, as long as nobody who uses the image has heard of it. */
  #untold: ImageError | undefined
  /** A flush told of the failure; who waited for the same one without being watched need not. */
  #isTold = false
  /** The flush that waits for its turn. */
  #nextFlush: Promise<void> | undefined
  #closing: Promise<void> | undefined
  /** Who moves clusters about while the guest works, and has to know what the guest does. */
  #recycling: RecyclingPart | undefined

  constructor({ file, area, codecs, dataFile, backing, discard = false }: Qcow2WriterParts) {
    this.file = file
    this.dataFile = dataFile
    this.backing = backing
    this.#codecs = codecs
    this.#punchFreed = discard
    this.#dataStore = dataFile === undefined ? undefined : new DataFileStore(dataFile)
    this.#tables = EditableTables.open(file, area)
    this.#layer = this.#layerOver(this.#tables)
  }

  /** As it will be in the file after the next flush. */
  get area(): HeaderArea {
    return this.#tables.area
  }

  get virtualSize(): number {
    return this.#tables.geometry.virtualSize
  }

  get encrypted(): boolean {
    return this.area.encryption !== 'none'
  }

  runAt(at: number, limit: number): LayerRun {
    mustLieInDisk(this, at, limit)
    return this.#layer.reader.map.runAt(at, limit)
  }

  async read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    mustLieInDisk(this, at, into.length)
    this.#mustBePlain()
    if (into.length === 0) return
    using _range = await this.#ranges.shared(at, at + into.length)
    // The disk may have shrunk while this waited.
    mustLieInDisk(this, at, into.length)
    await readLayer(this.#layer.reader, { into, at }, signal)
  }

  /** `from` must not change until it resolves. */
  async write(from: Uint8Array, at: number): Promise<void> {
    mustLieInDisk(this, at, from.length)
    for (let done = 0; done < from.length; done += TURN_BYTES) {
      const part = from.subarray(done, done + TURN_BYTES)
      await this.#change('write', { at: at + done, length: part.length }, (layer) =>
        writeRange(layer, part, at + done),
      )
    }
  }

  /** The range reads as zeroes; its clusters stay allocated unless `unmap`, where the format allows that. */
  async writeZeroes(
    at: number,
    length: number,
    { unmap = false }: { readonly unmap?: boolean } = {},
  ): Promise<ZeroCounts> {
    mustLieInDisk(this, at, length)
    let erased = 0
    let unmapped = 0
    const end = at + length
    const breathe = breather(undefined)
    for (let next = at; next < end;) {
      const start = next
      const pause = breathe()
      if (pause !== undefined) await pause
      const turn = await this.#change('write zeroes', { at: start, length: end - start }, (layer) =>
        zeroRange(layer, start, end - start, { unmap }),
      )
      next = turn.next
      erased += turn.erased
      unmapped += turn.unmapped
    }
    return { erased, unmapped }
  }

  /**
   * The guest no longer needs the range: it reads as zeroes, also above a backing image, and clusters
   * that are all zeroes then are freed.
   */
  discard(at: number, length: number): Promise<ZeroCounts> {
    return this.writeZeroes(at, length, { unmap: true })
  }

  /**
   * Stores one whole guest cluster (at the end of the disk: what there is of it) compressed. It is written
   * as it is where packing saves nothing, and where the image has an external data file, which holds no
   * compressed data. Says which. Throws `invalid-argument` for other ranges.
   */
  async writeCompressed(from: Uint8Array, at: number): Promise<'packed' | 'plain'> {
    mustLieInDisk(this, at, from.length)
    this.#mustBePlain()
    this.#mustBeCluster(at, from.length)
    const packed = this.#dataStore === undefined ? await packCluster(this.#layer, from) : undefined
    await this.#change('write compressed', { at, length: from.length }, async (layer) => {
      // The disk may have grown while this waited, and somebody written to what the cluster has more now.
      this.#mustBeCluster(at, from.length)
      if (packed === undefined) await writeRange(layer, from, at)
      else await writePacked(layer, at / layer.rules.geometry.clusterSize, packed)
    })
    return packed === undefined ? 'plain' : 'packed'
  }

  /** Everything that was done before survives a power cut. After `flush-failed` nothing more is written. */
  async flush(): Promise<void> {
    try {
      await this.#flushNext()
    } catch (error) {
      this.#untold = undefined
      this.#isTold = this.#failure !== undefined
      throw error
    }
  }

  /**
   * Runs a change of the tables that nobody may see half of, with nothing else under way: what was
   * written before is durable, reads and writes wait. Commits what it did. When it throws, what it did
   * to the tables so far is kept, as after a write that failed.
   */
  async exclusively<Result>(change: (layer: ExclusiveLayer) => Promise<Result>): Promise<Result> {
    await this.#announce('a change')
    using _gate = await this.#gate.exclusive('exclusive change')
    await this.#recycling?.quiet()
    await this.#commit()
    using _ranges = await this.#ranges.exclusive(0, Number.MAX_SAFE_INTEGER)
    try {
      const result = await change({
        tables: this.#tables,
        dataFile: this.dataFile,
        backing: this.backing,
      })
      await this.#commit()
      return result
    } finally {
      this.#adopt()
    }
  }

  /**
   * Looks at the tables while nobody changes them; reads go on. Commits nothing: what it sees may be in
   * memory only.
   */
  async inspect<Result>(look: (tables: EditableTables) => Promise<Result>): Promise<Result> {
    using _gate = await this.#gate.exclusive('inspect')
    return await look(this.#tables)
  }

  /** L2 tables that were asked for, by whether they were in memory. */
  get lookups(): { readonly hits: number; readonly misses: number } {
    const { hits, misses } = this.#tables.l2.lookups
    return { hits: this.#earlier.hits + hits, misses: this.#earlier.misses + misses }
  }

  /**
   * Runs a change that goes past the tables in memory, straight to the file (a snapshot, a rebuild of
   * the refcounts), with everything before it durable; then the tables are read anew. `change` gives the
   * area that the file has afterwards.
   */
  async restructure(
    change: (file: WritableFile, area: HeaderArea) => Promise<HeaderArea>,
  ): Promise<void> {
    using _gate = await this.#gate.exclusive('restructure')
    using _ranges = await this.#ranges.exclusive(0, Number.MAX_SAFE_INTEGER)
    await this.#recycling?.quiet()
    await this.#commitAll()
    try {
      this.#reopen(await change(this.file, this.area))
    } catch (error) {
      // It may have switched before it failed: only the file knows.
      try {
        this.#reopen(readHeaderArea(this.file))
      } catch (cause) {
        this.#failure = new ImageError('device-failed', { path: this.file.name }, { cause })
      }
      if (error instanceof ImageError && error.reason === 'flush-failed') this.#fail(error)
      throw error
    }
  }

  /**
   * Makes all durable and closes the files. After a failure they are only closed, and it throws that
   * failure unless a call has told it already. Who calls it again gets the outcome of the first time.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Lets a recycler work on the image: `meet` is shown the image while nothing of it waits for a commit,
   * and gives what is told from then on. One at a time. Throws `encrypted`: ciphertext of LUKS depends on
   * the place in the file, so it cannot move.
   */
  async recycle(meet: (image: RecyclableImage) => RecyclingPart): Promise<void> {
    this.#mustBePlain()
    using _gate = await this.#gate.exclusive('recycler')
    invariant(this.#recycling === undefined, 'an image has one recycler')
    await this.#commitAll()
    this.#recycling = meet(this.#recyclable())
  }

  #recyclable(): RecyclableImage {
    const tables = () => this.#tables
    return {
      file: this.file,
      get tables() {
        return tables()
      },
      discards: this.#punchFreed,
      announce: () => this.#unwatched(() => this.#announce('a change')),
      step: async (work) => {
        using _gate = this.#gate.tryShared('recycler') ?? (await this.#gate.shared('recycler'))
        this.#mustWork()
        return work()
      },
      isUntouched: (at, end) => this.#ranges.isFree(at, end),
      flushFiles: () => this.#unwatched(() => this.#flushFiles()),
      commit: () => this.#unwatched(() => this.#flushNext()),
      trim: (most) => this.#unwatched(() => this.#trim(most)),
      detach: async () => {
        using _gate = await this.#gate.exclusive('recycler')
        this.#tables.observe(undefined)
        this.#recycling = undefined
      },
    }
  }

  async #flushFiles(): Promise<void> {
    this.#mustWork()
    const flushed = this.#tables.flushing()
    await this.#orFail(this.file.flush())
    flushed()
    if (this.dataFile !== undefined) await this.#orFail(this.dataFile.flush())
  }

  async #trim(most: number): Promise<void> {
    using _gate = await this.#gate.exclusive('trim')
    await this.#commit()
    await this.#orFail(this.#tables.trimFile(most))
    this.#giveBack()
  }

  /** Runs what nobody who uses the image waits for. That it ended all writing is told when it is closed. */
  async #unwatched(work: () => Promise<void>): Promise<void> {
    const wasSound = this.#failure === undefined
    try {
      await work()
    } catch (error) {
      if (wasSound && !this.#isTold) this.#untold = this.#failure
      throw error
    }
  }

  /** One that has not begun yet will cover what this caller has done, too. */
  #flushNext(): Promise<void> {
    this.#nextFlush ??= this.#flush()
    return this.#nextFlush
  }

  async #flush(): Promise<void> {
    using _gate = await this.#gate.exclusive('flush')
    this.#nextFlush = undefined
    await this.#commit()
  }

  async #close(): Promise<void> {
    using _gate = await this.#gate.exclusive('close')
    using _ranges = await this.#ranges.exclusive(0, Number.MAX_SAFE_INTEGER)
    this.#recycling?.closing()
    await this.#recycling?.quiet()
    const isSound = this.#failure === undefined
    // Whatever fails, the others are closed; the first failure is the one to know of.
    const outcomes = await inTurn([
      () => (isSound ? this.#commitAll() : undefined),
      () => this.backing?.close(),
      () => this.dataFile?.close(),
      () => this.file.close(),
    ])
    this.#failure ??= new ImageError('device-closed', { path: this.file.name })
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    if (this.#untold !== undefined) throw this.#untold
  }

  /** Runs a change of guest data with its locks held, then commits when much waits for it. */
  async #change<Result>(
    name: string,
    { at, length }: { readonly at: number; readonly length: number },
    change: (layer: WrittenLayer) => Promise<Result>,
  ): Promise<Result> {
    this.#mustBePlain()
    if (!this.#isAnnounced('guest data')) await this.#announce('guest data')
    const result = await this.#locked(name, { at, length }, change)
    if (this.#tables.dirtyBytes > DIRTY_BYTES) await this.flush()
    return result
  }

  async #locked<Result>(
    name: string,
    { at, length }: { readonly at: number; readonly length: number },
    change: (layer: WrittenLayer) => Promise<Result>,
  ): Promise<Result> {
    using _gate = await this.#gate.shared(name)
    const { clusterSize } = this.#tables.geometry
    const start = alignDown(at, clusterSize)
    using _range = await this.#ranges.exclusive(start, alignUp(at + length, clusterSize))
    this.#untold = undefined
    this.#mustWork()
    // The disk may have shrunk while this waited.
    mustLieInDisk(this, at, length)
    this.#recycling?.changing(start, alignUp(at + length, clusterSize))
    return await change(this.#layer)
  }

  /** Once for each kind of change, before the first one. */
  async #announce(change: ChangeKind): Promise<void> {
    if (this.#isAnnounced(change)) return
    using _gate = await this.#gate.exclusive('announce')
    // Somebody else may have done it meanwhile.
    if (this.#isAnnounced(change)) return
    this.#mustWork()
    const { flushFirst, commit } = announce(this.#tables, change)
    if (flushFirst) await this.#orFail(this.file.flush())
    if (commit) await this.#commit()
    this.#announced = change
  }

  #isAnnounced(change: ChangeKind): boolean {
    return this.#announced === 'guest data' || this.#announced === change
  }

  /** With the gate held alone. Data in a data file has to be there before an entry says so. */
  async #commit(): Promise<void> {
    this.#mustWork()
    if (this.dataFile !== undefined) await this.#orFail(this.dataFile.flush())
    await this.#orFail(this.#tables.commit())
    this.#giveBack()
  }

  /** Also what the first commit freed: it is written as free by the second. */
  async #commitAll(): Promise<void> {
    await this.#commit()
    if (this.#tables.dirtyBytes > 0) await this.#commit()
  }

  /** Gives freed space back, while nobody can have taken it again. A host that cannot is no error. */
  #giveBack(): void {
    const { clusterSize } = this.#tables.geometry
    const dataFreed = this.#dataStore?.takeFreed() ?? []
    if (!this.#punchFreed) {
      this.#tables.takeFreed()
      return
    }
    punchFreed(this.#tables, (first, clusters) => this.#recycling?.punched(first, clusters))
    for (const { offset, clusters } of dataFreed) {
      for (let cluster = 0; cluster < clusters; cluster++) {
        const at = offset + cluster * clusterSize
        if (!this.#isStored(at)) this.dataFile?.punchHole(at, clusterSize)
      }
    }
  }

  /** Whether a place of the data file is in use (again): it belongs to one guest cluster for ever. */
  #isStored(at: number): boolean {
    return at < this.virtualSize && 'hostOffset' in this.#layer.reader.map.runAt(at, 1)
  }

  #reopen(area: HeaderArea): void {
    this.#earlier = this.lookups
    this.#tables = EditableTables.open(this.file, area)
    this.#recycling?.opened(this.#tables)
    this.#adopt()
  }

  /** Geometry or version may be others now. */
  #adopt(): void {
    this.#layer = this.#layerOver(this.#tables)
  }

  #layerOver(tables: EditableTables): WrittenLayer {
    const { backing } = this
    return layerOver(tables, { backing, codecs: this.#codecs, dataStore: this.#dataStore })
  }

  /** Throws `invalid-argument` unless the range is all that the disk has of one cluster. */
  #mustBeCluster(at: number, length: number): void {
    const { clusterSize } = this.#tables.geometry
    const end = Math.min(at + clusterSize, this.virtualSize)
    if (isAligned(at, clusterSize) && at + length === end) return
    throw new ImageError('invalid-argument', {
      path: this.file.name,
      field: 'The range of a compressed write',
      expected: `one cluster of ${clusterSize} bytes`,
      found: `${length} bytes at ${at}`,
    })
  }

  async #orFail(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (error instanceof ImageError && error.reason === 'flush-failed') this.#fail(error)
      throw error
    }
  }

  #fail(cause: ImageError): void {
    this.#failure ??= new ImageError('device-failed', { path: this.file.name }, { cause })
  }

  #mustWork(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #mustBePlain(): void {
    if (!this.encrypted) return
    const format = this.area.encryption === 'luks' ? 'LUKS' : 'AES'
    throw new ImageError('encrypted', { path: this.file.name, format })
  }
}

async function inTurn(
  steps: readonly (() => Promise<void> | undefined)[],
): Promise<PromiseSettledResult<void>[]> {
  const outcomes: PromiseSettledResult<void>[] = []
  for (const step of steps) {
    const [outcome] = await Promise.allSettled([step()])
    outcomes.push(outcome)
  }
  return outcomes
}

/** What `Qcow2Writer.exclusively` hands to its change, which has all of it for itself. */
export interface ExclusiveLayer {
  readonly tables: EditableTables
  readonly dataFile: WritableFile | undefined
  readonly backing: DiskImage | undefined
}
