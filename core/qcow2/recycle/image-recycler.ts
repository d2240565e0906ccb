import type { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { RecyclerStatistics } from './recycler-statistics.ts'

/** What the recycler does by itself; bytes, 0 for never. */
export interface RecyclerWishes {
  /** Free clusters kept zeroed and ready for allocation. */
  readonly keepErased: number
  /** The file is compacted once so much was freed, and nothing more is freed for a while. */
  readonly compactAfterUnmaps: number
}

/**
 * - `running`: also while it waits for something to do.
 * - `failed`: it found what it cannot go on after (a flush failed, the image contradicts itself); the
 *   image itself goes on without it, if it can.
 */
export type RecyclerState = 'new' | 'running' | 'stopped' | 'failed'

/** What one compaction of an open image came to; bytes. */
export interface OnlineCompaction {
  /** Of clusters that have a new place. */
  readonly moved: number
  /** By how much the file is shorter; 0 when the guest made it longer meanwhile. */
  readonly cut: number
  readonly passes: number
  /** False where the guest changed the disk faster than clusters could move. */
  readonly settled: boolean
}

/**
 * Keeps the file of an open image small while the guest works: zeroes free clusters, moves clusters from
 * the end of the file into holes, cuts the tail. Never holds what the guest's reads and writes wait for.
 */
export interface ImageRecycler {
  readonly state: RecyclerState
  readonly statistics: RecyclerStatistics
  /** Why the last job that failed did; such a job is tried again after a while, unless `failed`. */
  readonly lastError: ImageError | undefined

  /** Looks for free clusters, and goes to work. */
  start(): Promise<void>
  /** Resolves when nothing of it runs any more and its clusters are free. Never throws. */
  stop(): Promise<void>
  /**
   * Moves clusters down until nothing can move, then cuts the file; reads and writes go on. Waits for a
   * job that is running. Throws `cancelled` within 200 ms of the signal; `recycler-stopped` when it was
   * stopped, or is not running. Every moment of it is a valid image.
   */
  compact(context?: OperationContext): Promise<OnlineCompaction>

  /** Resolves when there is nothing to do before the clock moves or somebody changes the image. */
  idle(): Promise<void>
  /** Throws when what is known of clusters contradicts the tables. */
  assertConsistent(): void
}
