import { RangeLock } from '../base/range-lock.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import type { LayerRun } from '../image/disk-image.ts'
import { rawRunAt, rawVirtualSize } from '../image/raw-image.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Freed } from './device-statistics.ts'
import type { Disk, DiskChanges } from './disk.ts'
import { mustBeSize } from './new-size.ts'
import { isStoredOnHost } from './stored-run.ts'

/** Zeroes are written in pieces of this many bytes. */
const PIECE = 1024 * 1024

const zeroes = new Uint8Array(PIECE)

const nothingFreed: Freed = { erased: 0, unmapped: 0 }

/**
 * A raw image that may be changed: the disk is its file, byte for byte. The rest of a last sector that
 * the file does not fill reads as zeroes, and the file grows when it is written to.
 */
export class RawDisk implements Disk, DiskChanges {
  readonly format = 'raw'
  /** What is freed is given back at once, or was never stored. */
  readonly recycler = undefined
  readonly #file: WritableFile
  readonly #discard: boolean
  readonly #ranges = new RangeLock()
  #virtualSize: number
  #failure: ImageError | undefined
  /** Something was changed since the last flush. */
  #unflushed = false

  /** `discard`: freed space goes back to the host. */
  constructor(file: WritableFile, { discard }: { readonly discard: boolean }) {
    this.#file = file
    this.#discard = discard
    this.#virtualSize = rawVirtualSize(file.size())
  }

  get name(): string {
    return this.#file.name
  }

  get virtualSize(): number {
    return this.#virtualSize
  }

  get changes(): DiskChanges {
    return this
  }

  header(): undefined {
    return undefined
  }

  runAt(at: number, limit: number): LayerRun {
    return rawRunAt(this.#file, at, limit)
  }

  isStored(run: LayerRun): boolean {
    return isStoredOnHost(run)
  }

  lookups(): { readonly hits: number; readonly misses: number } {
    return { hits: 0, misses: 0 }
  }

  space(): { readonly used: number | undefined; readonly size: number } {
    return { used: this.#file.allocatedBytes(), size: this.#file.size() }
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    using _held = await this.#ranges.shared(at, at + into.length)
    this.#mustLieInDisk(at, into.length)
    await this.#file.read(into, at, 'data')
  }

  async write(from: Uint8Array, at: number): Promise<void> {
    using _held = await this.#ranges.exclusive(at, at + from.length)
    this.#mustLieInDisk(at, from.length)
    this.#mustWork()
    await this.#store(from, at)
  }

  writeZeroes(at: number, length: number, unmap: boolean): Promise<Freed> {
    return this.#clear(at, length, unmap)
  }

  discard(at: number, length: number): Promise<Freed> {
    return this.#clear(at, length, true)
  }

  async flush(): Promise<void> {
    this.#mustWork()
    this.#unflushed = false
    try {
      await this.#file.flush()
    } catch (error) {
      this.#failure = new ImageError('device-failed', { path: this.name }, { cause: error })
      throw error
    }
  }

  async resize(virtualSize: number, shrink: boolean): Promise<void> {
    using _held = await this.#ranges.exclusive(0, Infinity)
    this.#mustWork()
    mustBeSize(this.name, { from: this.#virtualSize, to: virtualSize, shrink })
    // Growing after a cut reads zeroes: what was cut off is gone from the file.
    this.#unflushed = true
    this.#file.truncate(virtualSize)
    this.#virtualSize = virtualSize
  }

  // A raw image has no refcounts, no tables, and nothing in memory that could contradict the file.
  async rebuildRefcounts(): Promise<void> {}

  async check(): Promise<undefined> {
    return undefined
  }

  async assertConsistent(): Promise<void> {}

  async close(): Promise<void> {
    try {
      // A flush that failed has told so already.
      if (this.#unflushed && this.#failure === undefined) await this.flush()
    } finally {
      await this.#file.close()
    }
  }

  /** Makes a range read as zeroes: what is stored of it is given back to the host, or overwritten. */
  async #clear(at: number, length: number, unmap: boolean): Promise<Freed> {
    using _held = await this.#ranges.exclusive(at, at + length)
    this.#mustLieInDisk(at, length)
    this.#mustWork()
    let freed = nothingFreed
    // Past the end of the file all is zero already.
    const end = Math.min(at + length, this.#file.size())
    for (let from = at; from < end;) {
      const run = rawRunAt(this.#file, from, end - from)
      if (isStoredOnHost(run)) freed = sum(freed, await this.#clearStored(from, run.length, unmap))
      from += run.length
    }
    return freed
  }

  async #clearStored(at: number, length: number, unmap: boolean): Promise<Freed> {
    if (unmap && this.#discard && this.#file.punchHole(at, length) === 'punched') {
      this.#unflushed = true
      return { erased: 0, unmapped: length }
    }
    for (let done = 0; done < length; done += PIECE) {
      await this.#store(zeroes.subarray(0, Math.min(PIECE, length - done)), at + done)
    }
    return { erased: length, unmapped: 0 }
  }

  async #store(from: Uint8Array, at: number): Promise<void> {
    try {
      await this.#file.write(from, at, 'data')
    } finally {
      // Only now: a flush that ran meanwhile has not got it. A write that failed may have done a part.
      this.#unflushed = true
    }
  }

  /** Again, now that nothing can change the size: a shrink may have come between call and turn. */
  #mustLieInDisk(at: number, length: number): void {
    mustLieInDisk({ file: this.#file, virtualSize: this.#virtualSize }, at, length)
  }

  #mustWork(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

const sum = (one: Freed, other: Freed): Freed => ({
  erased: one.erased + other.erased,
  unmapped: one.unmapped + other.unmapped,
})
