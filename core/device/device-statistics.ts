/** What a device did since it was opened; bytes unless named otherwise. */
export interface DeviceStatistics {
  readonly reads: number
  readonly writes: number
  readonly discards: number
  /** Zeroed in place because a discard or zero request covered a part of a cluster only. */
  readonly erased: number
  /** Of clusters that a discard or zero request freed. */
  readonly unmapped: number
  /** L2 tables found in memory, and those that were read from the file. */
  readonly cacheHits: number
  readonly cacheMisses: number
}

/** What a discard or a request for zeroes did with the clusters it met; bytes. */
export interface Freed {
  readonly erased: number
  readonly unmapped: number
}
