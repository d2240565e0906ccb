/** A run of guest bytes that are stored. Offset and length in bytes. */
export interface StoredExtent {
  /** Guest offset. */
  readonly start: number
  readonly length: number
}
