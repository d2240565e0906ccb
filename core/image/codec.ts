/**
 * Packing and unpacking of compressed clusters, handed in: the engine's pure parts know no zlib.
 *
 * `inflateRaw` and `zstd` answer with at most `limit` bytes of output and ignore what follows in the input: a
 * compressed cluster is padded to whole sectors, and the stream may go on past the cluster it belongs to.
 * They throw a plain Error when the input is no such stream, ends early (fewer than `limit` bytes came
 * out), or would need more memory than `limit` allows.
 */
export interface Codecs {
  /** Raw deflate (no zlib header), qcow2 compression type 0. */
  readonly inflateRaw: (packed: Uint8Array, limit: number) => Uint8Array
  /** One zstd frame, qcow2 compression type 1. */
  readonly zstd: (packed: Uint8Array, limit: number) => Uint8Array
  /** As `inflateRaw`, on another thread: worth its price from some 32 KiB on. */
  readonly inflateRawAside: (packed: Uint8Array, limit: number) => Promise<Uint8Array>
  /** As `zstd`, on another thread. */
  readonly zstdAside: (packed: Uint8Array, limit: number) => Promise<Uint8Array>
  /**
   * One cluster as raw deflate with a window of 4 KiB: readers may know no larger one (qcow2
   * specification, "Compressed Clusters Descriptor"). May work on another thread.
   */
  readonly deflateRaw: (content: Uint8Array) => Promise<Uint8Array>
  /** One cluster as one zstd frame. May work on another thread. */
  readonly packZstd: (content: Uint8Array) => Promise<Uint8Array>
  /** As `deflateRaw`, on this thread. */
  readonly deflateRawNow: (content: Uint8Array) => Uint8Array
  /** As `packZstd`, on this thread. */
  readonly packZstdNow: (content: Uint8Array) => Uint8Array
}
