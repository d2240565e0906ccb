import { unreachable } from '../base/assert.ts'
import { breather } from '../base/abort.ts'
import { ceilDiv } from '../base/bits.ts'
import type { ReadOptions } from '../engine.ts'
import { openImage } from '../image/open-image.ts'
import {
  allocationClasses,
  type AllocationClass,
  type AllocationSummary,
} from './allocation-summary.ts'
import type { Host } from './host.ts'
import { resolveRun, type ResolvedRun } from './resolve-run.ts'

/**
 * How the whole virtual disk is stored, in one pass over the tables. Where a backing file is needed but
 * not open, its part counts as `backing`: that is where the bytes would come from.
 */
export async function summarizeAllocation(
  host: Host,
  path: string,
  { signal, pause: gate, onProgress, ...options }: ReadOptions = {},
): Promise<AllocationSummary> {
  await using opened = await openImage(host, path, options)
  const { image } = opened
  const { virtualSize } = image
  const buckets = new Buckets(virtualSize)
  const breathe = breather(signal, { pause: gate, everyCalls: 16 })
  for (let at = 0; at < virtualSize;) {
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({ phase: 'tables', done: at, total: virtualSize, unit: 'bytes' })
      await pause
    }
    // One run may go over all tables there are: a step of bounded length lets a pause and a cancel in.
    const resolved = resolveRun(
      image,
      at,
      Math.min(virtualSize - at, buckets.bytes * bucketsAtOnce),
    )
    buckets.add(classOf(resolved), at, resolved.length)
    at += resolved.length
  }
  onProgress?.({ phase: 'tables', done: virtualSize, total: virtualSize, unit: 'bytes' })
  return buckets.summary()
}

function classOf({ run, depth, missing }: ResolvedRun): AllocationClass {
  switch (run.kind) {
    case 'unallocated':
      return missing === undefined ? 'unallocated' : 'backing'
    case 'zero':
      return 'zero'
    case 'data':
    case 'compressed':
      return depth === 0 ? run.kind : 'backing'
    default:
      return unreachable(run)
  }
}

/** What the pictures can use: more buckets than a canvas has pixels help nobody. */
const maxBuckets = 16_384
/** Of a disk of any size a step is a thousandth part, and 16 of them are made between two looks at the clock. */
const bucketsAtOnce = 16
/** One sector: nothing in an image is smaller. */
const minBucketBytes = 512

/** Bytes of each class in each bucket of the disk. */
class Buckets {
  readonly #virtualSize: number
  readonly #bucketBytes: number
  readonly #count: number
  readonly #bytes = new Map<AllocationClass, Float64Array>()
  #extents = 0
  #lastClass: AllocationClass | undefined

  constructor(virtualSize: number) {
    let bucketBytes = minBucketBytes
    while (ceilDiv(virtualSize, bucketBytes) > maxBuckets) bucketBytes *= 2
    this.#virtualSize = virtualSize
    this.#bucketBytes = bucketBytes
    this.#count = ceilDiv(virtualSize, bucketBytes)
    for (const name of allocationClasses) this.#bytes.set(name, new Float64Array(this.#count))
  }

  /** Bytes of one. */
  get bytes(): number {
    return this.#bucketBytes
  }

  add(name: AllocationClass, at: number, length: number): void {
    if (name !== this.#lastClass) this.#extents++
    this.#lastClass = name
    const bytes = this.#bytesOf(name)
    const end = at + length
    for (let start = at; start < end;) {
      const bucket = Math.floor(start / this.#bucketBytes)
      const stop = Math.min(end, (bucket + 1) * this.#bucketBytes)
      bytes[bucket] = (bytes[bucket] ?? 0) + (stop - start)
      start = stop
    }
  }

  summary(): AllocationSummary {
    const perClass = <Value>(
      of: (bytes: Float64Array) => Value,
    ): Record<AllocationClass, Value> => ({
      data: of(this.#bytesOf('data')),
      compressed: of(this.#bytesOf('compressed')),
      zero: of(this.#bytesOf('zero')),
      backing: of(this.#bytesOf('backing')),
      unallocated: of(this.#bytesOf('unallocated')),
    })
    return {
      virtualSize: this.#virtualSize,
      bucketBytes: this.#bucketBytes,
      bucketCount: this.#count,
      shares: perClass((bytes) => this.#sharesOf(bytes)),
      totals: perClass((bytes) => bytes.reduce((sum, value) => sum + value, 0)),
      extentCount: this.#extents,
    }
  }

  #bytesOf(name: AllocationClass): Float64Array {
    return this.#bytes.get(name) ?? new Float64Array(this.#count)
  }

  #sharesOf(bytes: Float64Array): string {
    const shares = Uint8Array.from(bytes, (value, bucket) => {
      const whole = Math.min(this.#bucketBytes, this.#virtualSize - bucket * this.#bucketBytes)
      if (value === 0 || value === whole) return value === 0 ? 0 : 255
      // Never rounded to "none" or "all": a single stored sector must show.
      return Math.min(254, Math.max(1, Math.round((255 * value) / whole)))
    })
    return Buffer.from(shares.buffer).toString('base64')
  }
}
