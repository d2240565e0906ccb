/** Bytes of a guest's disk to look at. */
export interface GuestBytes {
  /** Bytes of the disk. */
  readonly length: number
  /** Fills `into` from guest byte `at`; the range lies inside the disk. */
  read(into: Uint8Array, at: number): Promise<void>
}

/** A guest's disk that may be changed, held by us alone. */
export interface GuestDisk extends GuestBytes {
  /** `from` must not change until it resolves. */
  write(from: Uint8Array, at: number): Promise<void>
  /** What was written before survives a power cut. */
  flush(): Promise<void>
}

/** Bytes of a guest's disk and their place. */
export interface GuestPiece {
  readonly at: number
  readonly bytes: Uint8Array
}
