import { breather, throwIfAborted } from '../base/abort.ts'
import { alignDown } from '../base/bits.ts'
import { isAllZero } from '../base/zeroes.ts'
import type { ReadOptions } from '../engine.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import { openImage } from '../image/open-image.ts'
import { ExtentReader } from './extent-reader.ts'
import type { Host } from './host.ts'
import type { StoredExtent } from './stored-extent.ts'

export interface StoredExtentsOptions extends ReadOptions {
  /** Guest offset to start at; default 0. */
  readonly from?: number | undefined
  /** Guest bytes to cover; default all that follow. */
  readonly length?: number | undefined
  /** Read what is stored, and leave out blocks of 4 KiB (of the guest's disk) that are all zero. */
  readonly ignoreZeroes?: boolean | undefined
}

/** Blocks that are told apart by `ignoreZeroes`. */
const BLOCK = 4096
/** One read, between two chances to cancel. */
const WINDOW = 1024 * 1024
/** Extents handed over at once. */
const BATCH = 256

/**
 * Where a guest can find anything but zeroes, as far as the image and its backing chain store it: extents
 * in guest order, as long as they can be, in batches of one or more. What is known to read as zeroes is left
 * out, which is what `qemu-img map` prints without `--output=json`. Reads metadata only, unless
 * `ignoreZeroes`. Memory: one batch, and 1 MiB for reading.
 *
 * Throws `out-of-range`, and the error of a backing file that is needed and not open, after the extents
 * before it.
 */
export async function* storedExtents(
  host: Host,
  path: string,
  {
    from = 0,
    length,
    ignoreZeroes = false,
    signal,
    pause: gate,
    onProgress,
    ...options
  }: StoredExtentsOptions = {},
): AsyncGenerator<readonly StoredExtent[]> {
  await using opened = await openImage(host, path, options)
  const { image } = opened
  mustLieInDisk(image, from, length ?? 0)
  const end = length === undefined ? image.virtualSize : from + length
  const extents = new ExtentReader(image)
  const gathered = new GatheredExtents()
  const breathe = breather(signal, { pause: gate, everyCalls: 16 })
  const zeroes = ignoreZeroes ? new ZeroFinder(image, signal) : undefined
  try {
    for (let at = from; at < end;) {
      const extent = extents.extentAt(at, end - at)
      const stop = at + extent.length
      if (extent.data && !extent.zero) {
        if (zeroes === undefined) gathered.add(at, stop)
        else {
          for (let next = at; next < stop;) {
            const windowEnd = Math.min(alignDown(next, BLOCK) + WINDOW, stop)
            for (const { start, length: found } of await zeroes.dataIn(next, windowEnd)) {
              gathered.add(start, start + found)
            }
            next = windowEnd
            if (gathered.isFull) yield gathered.take()
            onProgress?.({ phase: 'data', done: next - from, total: end - from, unit: 'bytes' })
          }
        }
      }
      at = stop
      if (gathered.isFull) yield gathered.take()
      const pause = breathe()
      if (pause !== undefined) {
        onProgress?.({ phase: 'data', done: at - from, total: end - from, unit: 'bytes' })
        await pause
      }
    }
  } catch (error) {
    // Whoever wanted only what lies before the damage gets it.
    if (!gathered.isEmpty) yield gathered.takeAll()
    throw error
  }
  if (!gathered.isEmpty) yield gathered.takeAll()
  onProgress?.({ phase: 'data', done: end - from, total: end - from, unit: 'bytes' })
}

/** Extents that come in order, joined where they touch. */
class GatheredExtents {
  #done: StoredExtent[] = []
  #start = 0
  #end = 0

  get isFull(): boolean {
    return this.#done.length >= BATCH
  }

  get isEmpty(): boolean {
    return this.#done.length === 0 && this.#end === this.#start
  }

  add(start: number, end: number): void {
    if (start !== this.#end) {
      this.#close()
      this.#start = start
    }
    this.#end = end
  }

  /** Those that cannot grow any more. */
  take(): readonly StoredExtent[] {
    const taken = this.#done
    this.#done = []
    return taken
  }

  takeAll(): readonly StoredExtent[] {
    this.#close()
    this.#start = this.#end
    return this.take()
  }

  #close(): void {
    if (this.#end > this.#start) {
      this.#done.push({ start: this.#start, length: this.#end - this.#start })
    }
  }
}

/** Reads stretches of a disk for blocks that are not all zero. */
class ZeroFinder {
  readonly #image: DiskImage
  readonly #signal: AbortSignal | undefined
  readonly #window = new Uint8Array(WINDOW)

  constructor(image: DiskImage, signal: AbortSignal | undefined) {
    this.#image = image
    this.#signal = signal
  }

  /** At most one window, which ends where a block does or where `to` is. */
  async dataIn(from: number, to: number): Promise<readonly StoredExtent[]> {
    throwIfAborted(this.#signal)
    const bytes = this.#window.subarray(0, to - from)
    await this.#image.read(bytes, from, this.#signal)
    const found: StoredExtent[] = []
    for (let at = from; at < to;) {
      const end = Math.min(alignDown(at, BLOCK) + BLOCK, to)
      if (!isAllZero(bytes.subarray(at - from, end - from)))
        found.push({ start: at, length: end - at })
      at = end
    }
    return found
  }
}
