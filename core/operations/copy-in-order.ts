import { throwIfAborted } from '../base/abort.ts'
import type { OperationContext } from '../progress.ts'
import { writeZeroes, type ByteSink } from '../storage/byte-sink.ts'
import type { ByteSource } from './byte-source.ts'

const PIECE_BYTES = 1024 * 1024
/** Pieces that are being read while one is written. */
const READ_AHEAD = 4

/** A stretch of the source on its way to the sink. */
interface Piece {
  readonly length: number
  /** undefined: zeroes, which nobody has to read. */
  readonly bytes: Promise<Uint8Array> | undefined
}

/** Writes all of a source, from its first byte to its last. What the sink throws passes through. */
export async function copyInOrder(
  source: ByteSource,
  sink: ByteSink,
  { signal, onProgress }: OperationContext,
): Promise<void> {
  const pieces: Piece[] = []
  const buffers: Uint8Array[] = []
  let done = 0

  const read = async (at: number, length: number): Promise<Uint8Array> => {
    const bytes = (buffers.pop() ?? new Uint8Array(PIECE_BYTES)).subarray(0, length)
    await source.read(bytes, at, signal)
    return bytes
  }
  const writeOldest = async (): Promise<void> => {
    const [oldest] = pieces
    if (oldest === undefined) return
    const bytes = await oldest.bytes
    pieces.shift()
    throwIfAborted(signal)
    if (bytes === undefined) {
      await writeZeroes(sink, oldest.length)
    } else {
      await sink.write(bytes)
      buffers.push(new Uint8Array(bytes.buffer))
    }
    done += oldest.length
    onProgress?.({ phase: 'data', done, total: source.length, unit: 'bytes' })
  }

  try {
    for (let at = 0; at < source.length;) {
      throwIfAborted(signal)
      const run = source.runAt(at, source.length - at)
      const length = Math.min(run.length, run.isZero ? ZERO_STRIDE : PIECE_BYTES)
      const bytes = run.isZero ? undefined : read(at, length)
      // A failure is told when its piece's turn comes; until then somebody must listen.
      bytes?.catch(() => undefined)
      pieces.push({ length, bytes })
      at += length
      while (pieces.length > READ_AHEAD) await writeOldest()
    }
    while (pieces.length > 0) await writeOldest()
  } finally {
    // The caller closes the files next, and the system may give their descriptors to others.
    await Promise.allSettled(pieces.flatMap(({ bytes }) => bytes ?? []))
  }
}

/** Zeroes between two looks at the signal and two reports. */
const ZERO_STRIDE = 64 * 1024 * 1024
