import type { SnapshotInfo } from './image-info.ts'
import type { ImageStamp } from './image-stamp.ts'
import type { KeepingBytes, KeptSnapshot } from './kept-snapshot-plan.ts'

/** Which snapshot is meant. Names are for people: QEMU lets two snapshots of an image have the same. */
export type SnapshotChoice = { readonly id: string } | { readonly name: string }

/** What a snapshot takes of the image file, tables and VM state included. Bytes. */
export interface SnapshotUsage {
  /** What deleting this snapshot alone would free. */
  readonly exclusiveBytes: number
  /** What other snapshots or the present state need as well. */
  readonly sharedBytes: number
}

export interface ListedSnapshot extends SnapshotInfo {
  /**
   * undefined when the tables cannot tell: they are damaged, or the image was not closed properly and its
   * refcounts are not to be believed until it is opened for writing.
   */
  readonly usage: SnapshotUsage | undefined
}

/** What a change lets go of, in bytes of the image file: whole clusters that nothing else refers to. */
export interface FreedSpace {
  /** Content of the disk, and VM state. */
  readonly dataBytes: number
  readonly tableBytes: number
}

/**
 * What applying a snapshot means: a value to show, to print and to hand to `applySnapshot`, which refuses
 * it once the image is another one.
 */
export interface ApplySnapshotPlan {
  readonly path: string
  readonly snapshot: SnapshotInfo
  /** The disk gets the size it had when the snapshot was taken. */
  readonly before: { readonly virtualSize: number }
  readonly after: { readonly virtualSize: number }
  /** What only the present state has, and loses. undefined as `ListedSnapshot.usage`. */
  readonly lost: FreedSpace | undefined
  /** Names of the bitmaps that will be marked as inconsistent: they no longer tell what changed. */
  readonly bitmapsLost: readonly string[]
  readonly stamp: ImageStamp
}

/** What deleting a snapshot means; used as the plan above. */
export interface DeleteSnapshotPlan {
  readonly path: string
  readonly snapshot: SnapshotInfo
  /** undefined as `ListedSnapshot.usage`. */
  readonly freed: FreedSpace | undefined
  /** What keeping it would take; undefined where it cannot be kept, or that is not known. */
  readonly keeping: KeepingBytes | undefined
  readonly stamp: ImageStamp
}

/** What an operation on one snapshot did. */
export interface SnapshotChange {
  readonly path: string
  /** As it is now; for a snapshot that was deleted, as it was. */
  readonly snapshot: SnapshotInfo
  /** Bytes the guest sees afterwards. */
  readonly virtualSize: number
}

export interface AppliedSnapshotChange extends SnapshotChange {
  readonly lost: FreedSpace
  /** The snapshot that keeps what was the present state, when one was asked for. */
  readonly kept: SnapshotInfo | undefined
}

export interface DeletedSnapshotChange extends SnapshotChange {
  readonly freed: FreedSpace
  /** The file that keeps it, when that was asked for. */
  readonly kept: KeptSnapshot | undefined
}
