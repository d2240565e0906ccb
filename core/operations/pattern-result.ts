import type { CreatePlan } from './create-plan.ts'

/** What making an image with a pattern came to. */
export interface PatternResult {
  readonly path: string
  readonly format: CreatePlan['format']
  /** Bytes the guest sees. */
  readonly virtualSize: number
  /** Bytes of the disk that were written, and of those that were discarded again. */
  readonly writtenBytes: number
  readonly discardedBytes: number
  /** Length of the file, and what the host stores of it where it tells. */
  readonly fileLength: number
  readonly allocatedBytes: number | undefined
}

/** Whether a disk holds a pattern. */
export interface PatternVerdict {
  readonly path: string
  /** Bytes the guest sees: all of them were compared, or those up to the difference. */
  readonly virtualSize: number
  /** From all files of the chain. */
  readonly bytesRead: number
  /** The first one; undefined: the disk holds the pattern. */
  readonly difference: PatternDifference | undefined
}

export interface PatternDifference {
  /** Guest offset in bytes. */
  readonly at: number
  /** Up to eight bytes from there on, in hexadecimal. */
  readonly expected: string
  readonly found: string
}
