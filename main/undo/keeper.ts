import type { UndoRecord } from '../history/undos.ts'

/** What changes need of the undo store. */
export interface Keeper {
  /** Whether so many bytes have room, once older keepings are let go of. */
  fits(bytes: number): boolean
  /**
   * A path that nothing has, in a folder of the job's own that only this account can open; makes room first.
   * Throws `undo-no-room`. When the job has ended and can be taken back, what lies there is kept, else it is
   * removed. Should the job be interrupted half way, `remember` says what takes back what it had done.
   */
  placeFor(
    job: { readonly id: string; readonly imageId: number },
    bytes: number,
    remember: (path: string) => UndoRecord,
  ): Promise<string>
}
