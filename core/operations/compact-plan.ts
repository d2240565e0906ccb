import type { ImageErrorData } from '../errors/image-error.ts'
import type { ImageStamp } from './image-stamp.ts'

/**
 * - `in-place`: high clusters move into low holes, then the file is cut.
 * - `punch`: unused and zero ranges become holes of the file, whose length stays.
 * - `rewrite`: a new file beside it, which takes its place once its content is proved equal.
 * - `zeroes`: only discards clusters that are all zero (the seed's `discard`), nothing moves.
 */
export type CompactMode = 'in-place' | 'punch' | 'rewrite' | 'zeroes'

/**
 * How much of the content was read for zeroes: none, a part spread over the file, or all. What a plan did
 * not look for is not given back either: after `none` only the metadata decides (raw images and the mode
 * `zeroes` have nothing else to look at and are read when it is done).
 */
export type ZeroScan = 'none' | 'sampled' | 'whole'

/**
 * What compacting an image would give back, by cause, and what it takes: a value to show, to print and to
 * hand to `compactImage`, which refuses it once the image is another one. Bytes throughout.
 */
export interface CompactPlan {
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  readonly before: FileExtent
  readonly causes: CompactCauses
  /** Every mode, possible or not. */
  readonly modes: Readonly<Record<CompactMode, ModePlan>>
  /** What `auto` picks and why; undefined when nothing is gained or nothing is possible. */
  readonly auto: { readonly mode: CompactMode; readonly because: AutoReason } | undefined
  /** What stays as it is. */
  readonly kept: KeptParts
  readonly scan: {
    readonly kind: ZeroScan
    /** Of data that could be read, and what was. */
    readonly totalBytes: number
    readonly bytesRead: number
  }
  readonly stamp: ImageStamp
  /** Why the content cannot be compared before and after; acting needs `verify: false` then. */
  readonly proofRefusal: ImageErrorData | undefined
  /** Of the external data file; undefined without one. */
  readonly dataFile:
    { readonly path: string; readonly stamp: ImageStamp; readonly before: FileExtent } | undefined
}

export interface FileExtent {
  readonly fileLength: number
  /** undefined where the host does not tell. */
  readonly allocatedBytes: number | undefined
}

export interface CompactCauses {
  /** Data clusters that hold zeroes only; an estimate after a sampled scan, undefined without a scan. */
  readonly zeroBytes: number | undefined
  /** The truth is that near to `zeroBytes`, 19 times in 20; 0 when all was looked at. */
  readonly zeroMarginBytes: number
  readonly leakedBytes: number
  /** Unreferenced clusters between used ones. */
  readonly holeBytes: number
  /** Unreferenced bytes behind the last used cluster. */
  readonly tailBytes: number
  /** Referred to by snapshots only: not given back, but deleting them would. In the image's order. */
  readonly snapshotOnly: readonly {
    readonly id: string
    readonly name: string
    /** Bytes that only this snapshot refers to; undefined where they cannot be told. */
    readonly exclusiveBytes: number | undefined
  }[]
  /** Of all snapshots together: bytes that the present state does not refer to. */
  readonly snapshotOnlyBytes: number
  /**
   * What the guest's file systems call free and the image still stores. Nobody looks for it yet: a guest
   * gives it back by discarding (TRIM).
   */
  readonly guestFree: 'not-counted'
}

export interface ModePlan {
  readonly allowed: boolean
  readonly refusals: readonly ImageErrorData[]
  /**
   * Exact after a whole scan (or without zeroes to look for), else an estimate; undefined: not known. What
   * the host stores is at most so much: space that it has reserved looks to a reader as if it were free.
   */
  readonly after: FileExtent | undefined
  /**
   * False while zero data is only estimated (the true figure lies between this one and less), for `rewrite`,
   * and where refcounts are counted anew first, but for `in-place` with an image that was not closed properly.
   */
  readonly isExact: boolean
  readonly moved: { readonly clusters: number; readonly bytes: number }
  /** On the volume of the image, beyond what the file has now; exact upper bound. */
  readonly temporaryBytes: number
  /** Bytes to read and write, proof included, from which a time is guessed. */
  readonly work: { readonly readBytes: number; readonly writtenBytes: number }
  /** At a guess; undefined when nothing has to be done. */
  readonly estimatedSeconds: number | undefined
  /** Whether it would make the file shorter or free space at all. */
  readonly gains: boolean
  /** What a person should know before. */
  readonly notes: readonly ModeNote[]
}

/** Stable words; the sentence is made where it is shown. */
export type ModeNote =
  /** Space that was reserved beforehand and holds zeroes is given back with the rest. */
  | 'gives-up-preallocation'
  /**
   * The image was not closed properly, or a crash left refcounts that are too high: they are counted anew
   * first, and that is not undone by a cancel.
   */
  | 'rebuilds-refcounts-first'
  /** Guest data stays where it is; only tables move. */
  | 'moves-tables-only'

/** Stable words; the sentence is made where it is shown. */
export type AutoReason =
  | 'raw-has-only-holes'
  | 'data-file-cannot-move'
  /** Much would be copied for a file that gets little shorter; holes come at once. */
  | 'moving-costs-more-than-it-gains'
  | 'shorter-file-in-place'
  /** Moving gains nothing or is refused. */
  | 'only-holes-to-give'
  /** Found out when it was tried: the file system of the host cannot make holes. */
  | 'host-makes-no-holes'

export interface KeptParts {
  readonly snapshots: number
  readonly bitmaps: number
  readonly backingFile: string | undefined
  readonly virtualSize: number
}
