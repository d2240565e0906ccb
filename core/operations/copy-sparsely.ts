import { BoundedTasks } from '../base/bounded-tasks.ts'
import { breather, throwIfAborted } from '../base/abort.ts'
import type { OperationContext } from '../progress.ts'
import { SparseWriter } from '../storage/sparse-writer.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { ByteSource } from './byte-source.ts'

/** Large enough that the price of a request does not show, small enough to stay in the processor's cache. */
const PIECE_BYTES = 1024 * 1024
/** Pieces that are read or written at the same time; each has a buffer. */
const WIDTH = 4
/** Zeroes up to this are taken along with the data around them: a request costs more than looking at them. */
const SMALL_GAP = 64 * 1024

/**
 * Copies a source to a new file of its length, which reads as zeroes so far: what the source knows to be zero
 * is passed over, the rest is read, and what of it is zero all the same is not written. Gives the bytes that
 * were written.
 */
export async function copySparsely(
  source: ByteSource,
  file: WritableFile,
  { signal, pause, onProgress }: OperationContext,
): Promise<number> {
  const breathe = breather(signal, { pause, everyCalls: 16 })
  const writer = new SparseWriter(file)
  const tasks = new BoundedTasks(WIDTH)
  const buffers: Uint8Array[] = []
  let done = 0
  const report = (length: number): void => {
    done += length
    onProgress?.({ phase: 'data', done, total: source.length, unit: 'bytes' })
  }
  const copy = async (at: number, length: number): Promise<void> => {
    const buffer = buffers.pop() ?? new Uint8Array(PIECE_BYTES)
    const bytes = buffer.subarray(0, length)
    await source.read(bytes, at, signal)
    await writer.write(bytes, at)
    buffers.push(buffer)
    report(length)
  }

  try {
    for (let at = 0; at < source.length;) {
      throwIfAborted(signal)
      const { length, isZero } = source.runAt(at, source.length - at)
      if (isZero) {
        report(length)
        at += length
      } else {
        const start = at
        const piece = pieceAt(source, start, length)
        await tasks.add(() => copy(start, piece))
        at += piece
      }
      await breathe()
    }
    await tasks.finish()
    return writer.written
  } catch (error) {
    // Whoever removes the file and closes the image next must not meet a read or a write under way.
    await tasks.settled()
    throw error
  }
}

/** How much to read at once from `at` on, where `known` bytes of data are; it ends with data. */
function pieceAt(source: ByteSource, at: number, known: number): number {
  const limit = Math.min(PIECE_BYTES, source.length - at)
  let length = Math.min(known, limit)
  for (let end = length; end < limit;) {
    const run = source.runAt(at + end, limit - end)
    if (run.isZero && run.length > SMALL_GAP) break
    end += run.length
    if (!run.isZero) length = end
  }
  return length
}
