/**
 * Guest bytes on their way into an image: whole clusters, the last one of the disk filled up with zeroes.
 * Pieces come in guest order; what lies between them is zero.
 */
export interface GuestPiece {
  /** Guest offset of the first byte, at the start of a cluster. */
  readonly at: number
  readonly bytes: Uint8Array
  /** To be called once nobody needs `bytes` any more. */
  readonly release: () => void
}
