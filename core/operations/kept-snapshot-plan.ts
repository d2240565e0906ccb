import type { SnapshotInfo } from './image-info.ts'
import type { ImageStamp } from './image-stamp.ts'

/**
 * How much of a snapshot is kept when it is deleted:
 *
 * - `own`: what nothing else has, and would be freed. It can be put back as long as the image is not written to.
 * - `whole`: everything a guest could read in it. It can be put back whatever happens to the image.
 */
export type KeptContent = 'own' | 'whole'

/** Where a snapshot that is deleted is kept. */
export interface KeepSnapshot {
  /** A new file, which only its owner may read. */
  readonly path: string
  readonly content: KeptContent
}

/** Bytes of the file that would keep a snapshot, at most. */
export interface KeepingBytes {
  readonly own: number
  readonly whole: number
}

/** A file that keeps a deleted snapshot, by what it says of itself. */
export interface KeptSnapshot {
  readonly path: string
  /** Where the image was then. */
  readonly image: string
  readonly snapshot: SnapshotInfo
  readonly content: KeptContent
  /** Length of the file. */
  readonly bytes: number
}

/** What people should know of a snapshot that comes back, and may still want. */
export type RestoreWarning =
  /** Another one has its id by now: it gets a new one. */
  | 'id-taken'
  /** The image has another backing file by now, through which the snapshot is read. */
  | 'backing-changed'

/** What putting a deleted snapshot back means: a value to show first. */
export interface RestoreSnapshotPlan {
  readonly path: string
  readonly kept: KeptSnapshot
  /** As it will be listed. */
  readonly snapshot: SnapshotInfo
  /** Bytes that are written into the image, at most: what it shares with other states is not. */
  readonly bytesWritten: number
  readonly warnings: readonly RestoreWarning[]
  readonly stamp: ImageStamp
}
