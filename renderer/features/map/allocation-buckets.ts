import type { AllocationClass, AllocationSummary } from '../../../ipc/schemas/image.ts'

/** In the order of legends and lists: what takes room first. */
export const allocationClasses = ['data', 'compressed', 'zero', 'backing', 'unallocated'] as const

/** Share of each class, 0 to 1; together 1 unless rounding says otherwise. */
export type ClassMix = Readonly<Record<AllocationClass, number>>

export interface AllocationBuckets {
  readonly virtualSize: number
  readonly bucketBytes: number
  readonly count: number
  readonly shares: Readonly<Record<AllocationClass, Uint8Array>>
}

/** Unpacks what the services send: base64, one byte a bucket and class. */
export function decodeAllocation(summary: AllocationSummary): AllocationBuckets {
  const { virtualSize, bucketBytes, bucketCount, shares } = summary
  return {
    virtualSize,
    bucketBytes,
    count: bucketCount,
    shares: {
      data: bytesOf(shares.data),
      compressed: bytesOf(shares.compressed),
      zero: bytesOf(shares.zero),
      backing: bytesOf(shares.backing),
      unallocated: bytesOf(shares.unallocated),
    },
  }
}

export interface GuestRange {
  readonly start: number
  readonly length: number
}

/** The guest bytes that one bucket stands for; the last one may be shorter. */
export function rangeOf(buckets: AllocationBuckets, index: number): GuestRange {
  const start = index * buckets.bucketBytes
  return { start, length: Math.max(0, Math.min(buckets.bucketBytes, buckets.virtualSize - start)) }
}

/** The classes of the buckets from `from` up to `to`, each bucket weighing the same. */
export function mixOf(buckets: AllocationBuckets, from: number, to: number): ClassMix {
  const end = Math.min(buckets.count, to)
  const share = (name: AllocationClass): number => {
    let sum = 0
    for (let index = from; index < end; index += 1) sum += buckets.shares[name][index] ?? 0
    return end > from ? sum / ((end - from) * 255) : 0
  }
  return {
    data: share('data'),
    compressed: share('compressed'),
    zero: share('zero'),
    backing: share('backing'),
    unallocated: share('unallocated'),
  }
}

/** The class that fills most of it; on a tie the one that takes more room. */
export function mainClass(mix: ClassMix): AllocationClass {
  let best: AllocationClass = 'unallocated'
  let most = 0
  for (const name of allocationClasses) {
    if (mix[name] > most) {
      best = name
      most = mix[name]
    }
  }
  return best
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64)
  return Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0)
}
