import type { AutoReason, CompactMode, FileExtent } from './compact-plan.ts'
import type { ProofDigest } from './proof-digest.ts'

/** What compacting came to. Bytes throughout. */
export interface CompactResult {
  readonly path: string
  /** `nothing-to-do`: not a byte was written, for there is less than a cluster to gain. */
  readonly outcome: 'compacted' | 'nothing-to-do'
  /** What was done; undefined when nothing was. */
  readonly mode: CompactMode | undefined
  /** Why, when it was left to us. */
  readonly because: AutoReason | undefined
  /** Where more is to be had: what a guest has deleted is free once it says so (TRIM). */
  readonly advice: 'discard-in-guest' | undefined
  readonly before: FileExtent
  readonly after: FileExtent
  /** The external data file, when there is one. */
  readonly dataFile:
    { readonly path: string; readonly before: FileExtent; readonly after: FileExtent } | undefined
  /** The original file, kept under another name. */
  readonly originalKeptAs: string | undefined
  readonly receipt: CompactReceipt
}

/** Evidence of what was done and that nothing was lost. */
export interface CompactReceipt {
  readonly engineVersion: string
  /** Unix time in milliseconds. */
  readonly startedAt: number
  readonly finishedAt: number
  /** `skipped`: whoever asked did not want the content to be compared; or nothing was done. */
  readonly verified: true | 'skipped'
  /** What the digests are of: of an encrypted image, what is stored. */
  readonly digestOf: 'content' | 'ciphertext'
  /**
   * Of all states. `sha256`: what `hashImage` gives for the same content; `sha256-of-data`, for large disks
   * that hold little: comparable with each other alone.
   */
  readonly proofDigest: ProofDigest
  /** The active state and every snapshot, each as it was before and is now; empty when skipped. */
  readonly states: readonly ProvedState[]
  readonly movedBytes: number
  /** Data clusters that were all zero and are no longer stored. */
  readonly zeroBytes: number
  /** Leaked clusters that are free again. */
  readonly leakedBytes: number
  /** Of the file, that became holes. */
  readonly punchedBytes: number
  /** Of all files, the proof and the check included. */
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly flushes: number
  /** What was taken of the volume on the way, beyond what the files had before; at most. */
  readonly peakExtraBytes: number
  /** Flushes were left out but for the last one, as was asked for. */
  readonly unsafeBuffering: boolean
}

/** One state of the disk, by the digest of its content: equal before and after. */
export interface ProvedState {
  /** undefined: the active state. */
  readonly snapshot: { readonly id: string; readonly name: string } | undefined
  readonly bytes: number
  /** Of the kind that the receipt says. */
  readonly sha256: { readonly before: string; readonly after: string }
  /** Of all bytes of the VM state, for a snapshot that has one; the same before and after. */
  readonly vmStateSha256: string | undefined
}
