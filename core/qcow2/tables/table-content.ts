/** Bytes of a table as the file will hold them, and where. */
export interface TableContent {
  readonly at: number
  readonly bytes: Uint8Array
}
