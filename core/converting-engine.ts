/**
 * What makes a file, or a stream, of a disk that is in another form. Paths, holding and errors are as in
 * `ReadingEngine`; a new file gets its name when it is whole (`core/operations/new-output.ts`).
 */
import type { DehydrateOptions } from './operations/dehydrate.ts'
import type { DehydrateResult, RehydrateResult } from './operations/dehydrate-result.ts'
import type { EncodeOptions, EncodeSource, EncodeTarget } from './operations/encode-options.ts'
import type { EncodePlan, EncodeResult } from './operations/encode-result.ts'
import type { DecodeOptions, DecodeResult, DecodeTarget } from './operations/decode-result.ts'
import type { PlanEncodeOptions } from './operations/plan-encode.ts'
import type { RehydrateOptions } from './operations/rehydrate.ts'
import type { StreamDecodeOptions } from './operations/stream-decode.ts'

export interface ConvertingEngine {
  /** What encoding a file would come to; only reads. */
  planEncode(path: string, options?: PlanEncodeOptions): Promise<EncodePlan>
  /** A qcow2 image of any disk that can be read. */
  encodeImage(
    source: EncodeSource,
    target: EncodeTarget,
    options?: EncodeOptions,
  ): Promise<EncodeResult>
  /** Any readable image, or one of its snapshots, to a sparse raw file or, byte for byte, into a sink. */
  decodeImage(path: string, target: DecodeTarget, options?: DecodeOptions): Promise<DecodeResult>
  /** A qcow2 image that comes once, in its own order, in one pass and bounded memory. */
  streamDecode(
    input: AsyncIterable<Uint8Array>,
    target: DecodeTarget,
    options: StreamDecodeOptions,
  ): Promise<DecodeResult>
  /**
   * The metadata of a qcow2 image without any guest data, for somebody who is to look at it. Never changes
   * the image, and says whether a check judges both the same.
   */
  dehydrateImage(path: string, target: string, options?: DehydrateOptions): Promise<DehydrateResult>
  /** A sparse image of what dehydrating wrote. */
  rehydrateImage(
    source: string,
    target: string,
    options?: RehydrateOptions,
  ): Promise<RehydrateResult>
}
