import { breather, throwIfAborted } from '../base/abort.ts'
import type { BlockDevice } from '../device/block-device.ts'
import { openDevice, type OpenDeviceOptions } from '../device/open-device.ts'
import type { ReadOptions } from '../engine.ts'
import type { ErrorContext } from '../errors/explanation.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import type { Host } from './host.ts'
import { usageRefusals } from './image-refusals.ts'
import { piecesOf, type NewContent } from './new-content.ts'

export interface WriteContentRequest {
  /** Guest offset in bytes. */
  readonly at: number
  readonly content: NewContent
}

export interface WriteContentPlan {
  readonly path: string
  readonly virtualSize: number
  readonly at: number
  readonly length: number
  /** Bytes of the range that are not yet what they are to become. */
  readonly changes: number
}

export interface WriteContentOptions extends OpenDeviceOptions, OperationContext {
  /** Hears of the device while it is written to. */
  readonly onDevice?: ((device: BlockDevice) => void) | undefined
}

export type WriteContentResult = Omit<WriteContentPlan, 'changes'>

/**
 * What writing there would change. Only reads; throws as `writeContent` would, as far as that can be told.
 * Memory: two buffers of 1 MiB.
 */
export async function planWriteContent(
  host: Host,
  path: string,
  { at, content }: WriteContentRequest,
  options: ReadOptions = {},
): Promise<WriteContentPlan> {
  await using opened = await openImage(host, path, options)
  const { image } = opened
  const [refusal] = usageRefusals(host, image)
  if (refusal !== undefined) throw refusal
  const { length } = content
  mustLieInDisk(image, at, length)
  const window = new Uint8Array(Math.min(length, 1024 * 1024))
  let done = 0
  let changes = 0
  for await (const piece of piecesOf(content)) {
    throwIfAborted(options.signal)
    const there = window.subarray(0, piece.length)
    await image.read(there, at + done, options.signal)
    changes += differing(piece, there)
    done += piece.length
    options.onProgress?.({ phase: 'data', done, total: length, unit: 'bytes' })
  }
  return { path: image.file.name, virtualSize: image.virtualSize, at, length, changes }
}

function differing(one: Uint8Array, other: Uint8Array): number {
  if (Buffer.compare(one, other) === 0) return 0
  let count = 0
  for (const [index, byte] of one.entries()) if (byte !== other[index]) count++
  return count
}

/**
 * Writes bytes to the disk inside an image, exactly these and no others, and makes them durable. The image is
 * held as by a writer, and checked first (`openDevice`). Throws `out-of-range` before anything is written,
 * `input-short` when nothing came, `write-cut-short` and `write-cancelled` with what was written by then, what the
 * stream throws, and what `openDevice` throws. Memory:
 * one piece of 1 MiB.
 */
export async function writeContent(
  host: WritingEnvironment,
  path: string,
  { at, content }: WriteContentRequest,
  { signal, pause, onProgress, onDevice, ...options }: WriteContentOptions = {},
): Promise<WriteContentResult> {
  await using device = await openDevice(host, path, { ...options, signal, pause })
  onDevice?.(device)
  const { virtualSize } = device.info()
  const { length } = content
  mustLieInDisk({ file: { name: path }, virtualSize }, at, length)
  const breathe = breather(signal, { pause })
  let done = 0
  try {
    for await (const piece of piecesOf(content)) {
      throwIfAborted(signal)
      if (content.kind === 'zeroes') await device.discard(at + done, piece.length)
      else await device.write(piece, at + done)
      done += piece.length
      onProgress?.({ phase: 'data', done, total: length, unit: 'bytes' })
      const turn = breathe()
      if (turn !== undefined) await turn
    }
  } catch (thrown) {
    const error = ImageError.from(thrown, { path })
    throw done === 0 ? error : inWordsOfWriting(error, { path, found: done, expected: length })
  }
  await device.flush()
  return { path, virtualSize, at, length }
}

/** What comes too late to say that nothing was changed. Failures of the disk itself say what is safe. */
function inWordsOfWriting(error: ImageError, facts: ErrorContext): ImageError {
  if (error.kind === 'cancelled') return new ImageError('write-cancelled', facts, { cause: error })
  if (error.reason !== 'input-short' && error.reason !== 'input-unreadable') return error
  const { link = 'The input' } = error.context
  return new ImageError('write-cut-short', { ...facts, link }, { cause: error })
}
