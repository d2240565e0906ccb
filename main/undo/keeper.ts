import type { UndoRecordOf } from '../history/undos.ts'

/** What the undo store keeps a file for, and which one. */
export type Kept = UndoRecordOf<'cut'> | UndoRecordOf<'snapshot'> | UndoRecordOf<'repair'>

/** What changes need of the undo store. */
export interface Keeper {
  /** Whether so many bytes have room, once older keepings are let go of. */
  fits(bytes: number): boolean
  /**
   * A path that nothing has, in a folder of the job's own that only this account can open; makes room first.
   * Throws `undo-no-room`. What lies there without being kept in the end is removed.
   */
  placeFor(jobId: string, bytes: number): Promise<string>
  /** Remembers what was put there; part of the job's own transaction. */
  keep(job: { readonly id: string; readonly imageId: number }, kept: Kept): void
}
