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
  /**
   * Bytes of clusters in use now; of a raw image, what the host has allocated. undefined where nobody
   * counts: in what is open for reading only, and where the host does not say.
   */
  readonly used: number | undefined
  /** Length of the image file now. */
  readonly size: number
  /** undefined where nothing recycles clusters: raw images, and what is open for reading only. */
  readonly recycled: RecycledBytes | undefined
}

/**
 * Bytes of clusters that came into each state since the device was opened: what the counters of
 * ocaml-qcow count. See docs/COMPACTION.md, "Online".
 */
export interface RecycledBytes {
  /** Free, with anything in them. */
  readonly junk: number
  /** Overwritten with zeroes. */
  readonly erased: number
  /** Zeroes that are durable: ready to be given out. */
  readonly available: number
  /** Given out or being erased, and referred to by nothing yet. */
  readonly roots: number
  /** Destinations of moves that hold what their sources hold, */
  readonly copied: number
  /** that do so durably, */
  readonly flushed: number
  /** and that the tables refer to. */
  readonly referenced: number
}

/** What a discard or a request for zeroes did with the clusters it met; bytes. */
export interface Freed {
  readonly erased: number
  readonly unmapped: number
}
