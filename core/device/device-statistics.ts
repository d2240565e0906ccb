import type { ImageErrorData } from '../errors/image-error.ts'
import type { RecyclerState } from '../qcow2/recycle/image-recycler.ts'
import type { RecyclerStatistics } from '../qcow2/recycle/recycler-statistics.ts'

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
   * counts: in qcow2 images that are open for reading only, and where the host does not say.
   */
  readonly used: number | undefined
  /** Length of the image file now. */
  readonly size: number
  /** undefined where there is none: raw images, and what is open for reading only. */
  readonly recycler: RecyclerReport | undefined
}

/** How the recycler of freed clusters is (docs/COMPACTION.md, "Online"). */
export interface RecyclerReport extends RecyclerStatistics {
  readonly state: RecyclerState
  /** Why the last job that failed did. */
  readonly lastError: ImageErrorData | undefined
}

/** What a discard or a request for zeroes did with the clusters it met; bytes. */
export interface Freed {
  readonly erased: number
  readonly unmapped: number
}
