/**
 * What became of host clusters since the recycler was started, in bytes: sums that only grow, with the
 * meaning of ocaml-qcow's metrics. A cluster counts each time it enters the state.
 */
export interface RecyclerSums {
  /** Became free with unknown content. */
  readonly junk: number
  /** Got zeroes that are not durable yet. */
  readonly erased: number
  /** Their zeroes became durable: ready for allocation. */
  readonly available: number
  /** Were given out, and not referred to yet. */
  readonly roots: number
  /** Were copied to a lower place. */
  readonly copied: number
  /** The copy became durable. */
  readonly flushed: number
  /** The reference leads to the copy. */
  readonly referenced: number
  /** Moves that were given up because the guest changed the cluster, or the image as a whole. */
  readonly cancelled: number
  /** Cut off the end of the file. */
  readonly cut: number
}

/** Bytes of host clusters in each state now. */
export interface RecyclerGauges {
  readonly junk: number
  readonly erased: number
  readonly available: number
  readonly roots: number
  readonly copies: number
  /** Lost their last reference; free with the next commit. */
  readonly pendingFree: number
  /** Of the file, in no state above: referred to. */
  readonly used: number
  /** Of the file. */
  readonly size: number
}

export interface RecyclerStatistics {
  readonly sums: RecyclerSums
  readonly now: RecyclerGauges
  /** Jobs that failed. */
  readonly failures: number
}

export const noSums: RecyclerSums = {
  junk: 0,
  erased: 0,
  available: 0,
  roots: 0,
  copied: 0,
  flushed: 0,
  referenced: 0,
  cancelled: 0,
  cut: 0,
}

export const noGauges: RecyclerGauges = {
  junk: 0,
  erased: 0,
  available: 0,
  roots: 0,
  copies: 0,
  pendingFree: 0,
  used: 0,
  size: 0,
}
