/**
 * What makes a file, or a stream, of a disk that is in another form. Paths, holding and errors are as in
 * `ReadingEngine`; a new file gets its name when it is whole (`core/operations/new-output.ts`).
 */
import type { DecodeOptions, DecodeResult, DecodeTarget } from './operations/decode-result.ts'
import type { StreamDecodeOptions } from './operations/stream-decode.ts'

export interface ConvertingEngine {
  /** Any readable image, or one of its snapshots, to a sparse raw file or, byte for byte, into a sink. */
  decodeImage(path: string, target: DecodeTarget, options?: DecodeOptions): Promise<DecodeResult>
  /** A qcow2 image that comes once, in its own order, in one pass and bounded memory. */
  streamDecode(
    input: AsyncIterable<Uint8Array>,
    target: DecodeTarget,
    options?: StreamDecodeOptions,
  ): Promise<DecodeResult>
}
