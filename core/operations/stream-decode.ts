import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { DiskOutput } from '../qcow2/stream/disk-output.ts'
import { GuestOrder } from '../qcow2/stream/guest-order.ts'
import { PipeReader } from '../qcow2/stream/pipe-reader.ts'
import { SparseOutput } from '../qcow2/stream/sparse-output.ts'
import { decodeStream } from '../qcow2/stream/stream-decoder.ts'
import { readStreamHeader, type StreamHeader } from '../qcow2/stream/stream-header.ts'
import { impatientSink } from '../storage/impatient-sink.ts'
import type { DecodeResult, DecodeTarget } from './decode-result.ts'
import { inWordsOfDecoding } from './decode-words.ts'
import { makeOutput } from './new-output.ts'

export interface StreamDecodeOptions extends OperationContext {
  /** What the stream is called in messages. */
  readonly name: string
  /**
   * Bytes of clusters that may wait for a table that says what they are, and, into a sink, as many that may wait
   * for their turn. Default 64 MiB.
   */
  readonly budget?: number | undefined
}

const DEFAULT_BUDGET = 64 * 1024 * 1024

/**
 * Reads a qcow2 image that comes through a pipe, once, and writes what its guest sees to a raw file or into a
 * sink, as `decodeImage` does. The stream is read to its end. Memory is bounded whatever comes
 * (`decodeStream`). Throws what `readStreamHeader`, `decodeStream` and `makeOutput` throw; to a sink also
 * `stream-output-order`.
 */
export async function streamDecode(
  host: ExchangingEnvironment,
  input: AsyncIterable<Uint8Array>,
  target: DecodeTarget,
  { name, budget = DEFAULT_BUDGET, signal, pause, onProgress }: StreamDecodeOptions,
): Promise<DecodeResult> {
  await using reader = new PipeReader(input, { name, signal })
  const { codecs } = host
  const decode = (header: StreamHeader, output: DiskOutput): Promise<void> =>
    decodeStream(reader, header, output, { name, codecs, budget, signal, pause, onProgress })
  try {
    if (target.kind === 'sink') {
      const header = await readStreamHeader(reader, name)
      const output = new GuestOrder(impatientSink(target.sink, signal), budget)
      await decode(header, output)
      return { ...factsOf(header), bytesWritten: output.written, target: undefined }
    }
    const { path, overwrite } = target
    const made = await makeOutput(host, path, { overwrite, signal }, async (file) => {
      const header = await readStreamHeader(reader, name)
      file.truncate(header.area.geometry.virtualSize)
      const output = new SparseOutput(file)
      await decode(header, output)
      return { ...factsOf(header), bytesWritten: output.written }
    })
    const { result, ...file } = made
    return { ...result, target: file }
  } catch (error) {
    throw inWordsOfDecoding(error, name, target)
  }

  function factsOf({ area }: StreamHeader) {
    return { path: name, virtualSize: area.geometry.virtualSize, bytesRead: reader.position }
  }
}
