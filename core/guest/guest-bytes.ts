/** Bytes of a guest's disk to look at. */
export interface GuestBytes {
  /** Bytes of the disk. */
  readonly length: number
  /** Fills `into` from guest byte `at`; the range lies inside the disk. */
  read(into: Uint8Array, at: number): Promise<void>
}
