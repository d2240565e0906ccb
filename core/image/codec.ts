/**
 * Unpacking of compressed clusters, handed in: the engine's pure parts know no zlib.
 *
 * Both functions answer with at most `limit` bytes of output and ignore what follows in the input: a
 * compressed cluster is padded to whole sectors, and the stream may go on past the cluster it belongs to.
 * They throw a plain Error when the input is no such stream, ends early (fewer than `limit` bytes came
 * out), or would need more memory than `limit` allows.
 */
export interface Codecs {
  /** Raw deflate (no zlib header), qcow2 compression type 0. */
  readonly inflateRaw: (packed: Uint8Array, limit: number) => Uint8Array
  /** One zstd frame, qcow2 compression type 1. */
  readonly zstd: (packed: Uint8Array, limit: number) => Uint8Array
}
