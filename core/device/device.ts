import { ImageError } from '../errors/image-error.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { OperationContext } from '../progress.ts'
import type { ImageRecycler, OnlineCompaction } from '../qcow2/recycle/image-recycler.ts'
import type { BlockDevice, DeviceInfo } from './block-device.ts'
import type { DeviceCheck } from './device-check.ts'
import type { DeviceConfig } from './device-config.ts'
import type { DeviceStatistics, Freed, RecyclerReport } from './device-statistics.ts'
import type { Disk, DiskChanges } from './disk.ts'
import { seekMapped, seekUnmapped } from './seek.ts'

/** A block device over a disk of any format: owns it, and closes it. */
export class Device implements BlockDevice {
  readonly config: DeviceConfig
  readonly #disk: Disk
  /** Calls that are not done: closing waits for them, so that no write meets a closed file. */
  #running = 0
  #whenIdle: (() => void) | undefined
  #closing: Promise<void> | undefined
  #reads = 0
  #writes = 0
  #discards = 0
  #erased = 0
  #unmapped = 0

  constructor(disk: Disk, config: DeviceConfig) {
    this.#disk = disk
    this.config = config
  }

  info(): DeviceInfo {
    const { format, virtualSize, changes } = this.#open()
    return { format, virtualSize, sectorSize: 512, readOnly: changes === undefined }
  }

  header(): HeaderArea | undefined {
    return this.#open().header()
  }

  stats(): DeviceStatistics {
    const disk = this.#open()
    const { hits, misses } = disk.lookups()
    return {
      reads: this.#reads,
      writes: this.#writes,
      discards: this.#discards,
      erased: this.#erased,
      unmapped: this.#unmapped,
      cacheHits: hits,
      cacheMisses: misses,
      ...disk.space(),
      recycler: reportOf(disk.recycler),
    }
  }

  async read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void> {
    const disk = this.#open()
    this.#mustBeRange(at, into.length)
    await this.#run(disk.read(into, at, signal))
    this.#reads += into.length
  }

  async write(from: Uint8Array, at: number): Promise<void> {
    const changes = this.#changes('A write')
    this.#mustBeRange(at, from.length)
    await this.#change(() => changes.write(from, at))
    this.#writes += from.length
  }

  async writeZeroes(
    at: number,
    length: number,
    { unmap = false }: { readonly unmap?: boolean } = {},
  ): Promise<void> {
    const changes = this.#changes('Writing zeroes')
    this.#mustBeRange(at, length)
    this.#count(await this.#change(() => changes.writeZeroes(at, length, unmap)))
    this.#writes += length
  }

  async discard(at: number, length: number): Promise<void> {
    const changes = this.#changes('A discard')
    this.#mustBeRange(at, length)
    this.#count(await this.#change(() => changes.discard(at, length)))
    this.#discards += length
  }

  async flush(): Promise<void> {
    // Where nothing can be written there is nothing to make durable.
    const { changes } = this.#open()
    if (changes !== undefined) await this.#run(changes.flush())
  }

  async resize(
    virtualSize: number,
    { shrink = false }: { readonly shrink?: boolean } = {},
  ): Promise<void> {
    const changes = this.#changes('Resizing')
    mustBeWhole('The virtual size', virtualSize)
    await this.#change(() => changes.resize(virtualSize, shrink))
  }

  seekMapped(at: number): number {
    const disk = this.#open()
    this.#mustBeRange(at, 0)
    return seekMapped(disk, at)
  }

  seekUnmapped(at: number): number {
    const disk = this.#open()
    this.#mustBeRange(at, 0)
    return seekUnmapped(disk, at)
  }

  async rebuildRefcounts(): Promise<void> {
    const changes = this.#changes('Rebuilding refcounts')
    await this.#change(() => changes.rebuildRefcounts())
  }

  async compact(context: OperationContext = {}): Promise<OnlineCompaction | undefined> {
    this.#changes('Compacting')
    const { recycler } = this.#disk
    if (recycler === undefined) return undefined
    return this.#change(() => recycler.compact(context))
  }

  async idle(): Promise<void> {
    await this.#open().recycler?.idle()
  }

  async check(): Promise<DeviceCheck | undefined> {
    return this.#run(this.#open().check())
  }

  async assertConsistent(): Promise<void> {
    await this.#run(this.#open().assertConsistent())
  }

  /** Waits for calls that are running. Whoever calls it again gets the outcome of the first time. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    // First, for a compaction that runs, or stands still, is one of the calls to wait for.
    await this.#disk.recycler?.stop()
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
    await this.#disk.close()
  }

  #open(): Disk {
    if (this.#closing === undefined) return this.#disk
    throw new ImageError('device-closed', { path: this.#disk.name })
  }

  #changes(what: string): DiskChanges {
    const { changes, name } = this.#open()
    if (changes !== undefined) return changes
    throw new ImageError('image-read-only', { path: name, field: what })
  }

  #change<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#run(this.config.runtimeAsserts ? this.#asserted(work) : work())
  }

  async #asserted<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = await work()
    await this.#disk.assertConsistent()
    return result
  }

  async #run<Result>(call: Promise<Result>): Promise<Result> {
    this.#running++
    try {
      return await call
    } finally {
      this.#running--
      if (this.#running === 0) this.#whenIdle?.()
    }
  }

  #count({ erased, unmapped }: Freed): void {
    this.#erased += erased
    this.#unmapped += unmapped
  }

  #mustBeRange(at: number, length: number): void {
    mustBeWhole('The offset', at)
    mustBeWhole('The length', length)
    const { name, virtualSize } = this.#disk
    mustLieInDisk({ file: { name }, virtualSize }, at, length)
  }
}

function reportOf(recycler: ImageRecycler | undefined): RecyclerReport | undefined {
  if (recycler === undefined) return undefined
  const { state, statistics, lastError } = recycler
  return { ...statistics, state, lastError: lastError?.toJSON() }
}

function mustBeWhole(field: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new ImageError('invalid-argument', {
    field,
    expected: 'a whole number of bytes, not negative',
    found: String(value),
  })
}
