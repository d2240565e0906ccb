/** Where the content of a disk goes that is found in any order. Every byte of the disk is told once. */
export interface DiskOutput {
  /** Calls that may go on side by side. */
  readonly width: number
  /** `bytes` are good until it resolves. */
  data(bytes: Uint8Array, guest: number): Promise<void>
  zeroes(guest: number, length: number): Promise<void>
}
