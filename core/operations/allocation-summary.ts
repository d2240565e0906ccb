/** Allocation of the whole virtual disk in at most 16,384 buckets: what the map pictures draw. */
export const allocationClasses = ['data', 'compressed', 'zero', 'backing', 'unallocated'] as const
export type AllocationClass = (typeof allocationClasses)[number]

export interface AllocationSummary {
  readonly virtualSize: number
  /** Guest bytes one bucket stands for (the last one may be shorter); a power of two. */
  readonly bucketBytes: number
  readonly bucketCount: number
  /** Per class, one byte a bucket: its share of the bucket from 0 (none) to 255 (all), base64. */
  readonly shares: Readonly<Record<AllocationClass, string>>
  /** Exact bytes per class over the whole disk. */
  readonly totals: Readonly<Record<AllocationClass, number>>
  readonly extentCount: number
}
