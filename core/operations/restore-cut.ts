import { breather, throwIfAborted } from '../base/abort.ts'
import { isAllZero } from '../base/zeroes.ts'
import { ImageError } from '../errors/image-error.ts'
import type { GuestDisk } from '../guest/guest-bytes.ts'
import { takeMoveBack } from '../guest/write-gpt-move.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { contentSource } from './byte-source.ts'
import type { Host } from './host.ts'
import { stampedDataFile } from './image-refusals.ts'
import { stampOf } from './image-stamp.ts'
import { openCut, stateOf, type OpenedCut } from './kept-cut.ts'
import type { GuestRange } from './kept-cut-record.ts'
import { planResize } from './plan-resize.ts'
import { openToResize, type ResizableImage, type StampedImage } from './resizable-image.ts'
import { thenClosed } from './resize.ts'

export interface RestoreCutOptions extends OperationContext {
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
}

/** What bringing back the end of a disk would do. */
export interface RestoreCutPlan extends StampedImage {
  readonly path: string
  /** The file that keeps what was cut off; it stays. */
  readonly kept: string
  /** `partly`: an attempt was stopped halfway, and the next one goes on. */
  readonly state: 'cut' | 'partly'
  /** Bytes of the disk. */
  readonly virtualSize: { readonly now: number; readonly after: number }
  /** Bytes that may hold something and come back. */
  readonly bytesRestored: number
  /** The second copy of the partition table goes back to where it was. */
  readonly movesGptBack: boolean
}

/** Copied at once. */
const WINDOW = 1024 * 1024
/** Zeroes of this many bytes and more are not written. */
const BLOCK = 4096

/**
 * Whether what a smaller size cut off can come back, and what that does; changes nothing. The disk must have the
 * size and the partition table that the cut left; what a guest wrote elsewhere since stays as it is
 * (docs/decisions/0023). Throws `cut-file-invalid`, `cut-changed-since`, and what stands in the way of making
 * the disk larger.
 */
export async function planRestoreCut(
  host: Host,
  path: string,
  kept: string,
  options: RestoreCutOptions = {},
): Promise<RestoreCutPlan> {
  try {
    await using cut = await openCut(host, kept)
    const { format, before } = cut.record
    const { links, signal } = options
    await using opened = await openImage(host, path, { format, links })
    const { image } = opened
    const stamped = { format, stamp: stampOf(image.file), dataFile: stampedDataFile(image) }
    const state = await stateOf(image, cut, options)
    const now = image.virtualSize
    const growth = await planResize(host, path, { ...options, format, size: before, scanLimit: 0 })
    const [refusal] = growth.refusals
    if (refusal !== undefined) throw ImageError.fromJSON(refusal)
    return {
      path,
      kept,
      state,
      virtualSize: { now, after: before },
      bytesRestored: await bytesIn(cut, signal),
      movesGptBack: cut.record.moved !== undefined,
      ...stamped,
    }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/**
 * Gives a disk back what a smaller size cut off: byte for byte what it was, but for what was written below its
 * end since.
 *
 *     the disk gets its old size                                          flush
 *     the bytes past the end it had                                       flush
 *     the first header of a GPT, sector 0: they tell of the old second copy       flush
 *     what the moved second copy had overwritten                          flush
 *
 * A power cut leaves a valid image with a valid partition table, and the next attempt goes on. A cancel or a
 * failure before the table changes makes the disk as small again as it was; when that fails, `cut-not-restored`.
 * The kept file stays. Throws as `planRestoreCut`, and `plan-outdated`.
 */
export async function restoreCut(
  host: Host & WritingEnvironment,
  path: string,
  plan: RestoreCutPlan,
  options: RestoreCutOptions = {},
): Promise<void> {
  try {
    await using cut = await openCut(host, plan.kept)
    const image = await openToResize(host, path, plan, options)
    await thenClosed(image, () => restoreInto(image, cut, options))
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

async function restoreInto(
  image: ResizableImage,
  cut: OpenedCut,
  options: RestoreCutOptions,
): Promise<void> {
  const { disk } = image
  const { record } = cut
  const { before } = record
  const state = await stateOf(image.image(), cut, options)
  try {
    if (disk.length !== before) {
      await image.setSize({ size: before, preallocation: 'off' }, options)
    }
    await copyBack(disk, cut, options)
  } catch (error) {
    // Half of the table may be back from an earlier attempt: that one stays as it is.
    if (state === 'partly') throw unfinished(cut, error)
    throw await cutAgain(image, cut, error)
  }
  try {
    await moveBack(disk, cut)
  } catch (cause) {
    throw unfinished(cut, cause)
  }
}

/** The error to tell, with the disk as it was before the attempt where that is possible. */
async function cutAgain(image: ResizableImage, cut: OpenedCut, cause: unknown): Promise<unknown> {
  const { after } = cut.record
  if (image.disk.length === after) return cause
  try {
    await image.setSize({ size: after, preallocation: 'off' }, {})
    return cause
  } catch {
    return unfinished(cut, cause)
  }
}

const unfinished = ({ record, path: link }: OpenedCut, cause: unknown): ImageError =>
  new ImageError('cut-not-restored', { limit: record.before, link }, { cause })

async function copyBack(
  disk: GuestDisk,
  { image, record }: OpenedCut,
  { signal, pause, onProgress }: OperationContext,
): Promise<void> {
  const { before, after } = record
  const source = contentSource(image)
  const breathe = breather(signal, { pause })
  const window = new Uint8Array(WINDOW)
  for (let at = after; at < before;) {
    throwIfAborted(signal)
    const run = source.runAt(at, before - at)
    const length = run.isZero ? run.length : Math.min(run.length, WINDOW)
    if (!run.isZero) {
      const bytes = window.subarray(0, length)
      await source.read(bytes, at, signal)
      await writeStored(disk, bytes, at)
    }
    at += length
    onProgress?.({ phase: 'data', done: at - after, total: before - after, unit: 'bytes' })
    await breathe()
  }
  await disk.flush()
}

/** The new part of the disk reads as zeroes already. */
async function writeStored(disk: GuestDisk, bytes: Uint8Array, at: number): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    let end = from
    while (end < bytes.length && !isAllZero(bytes.subarray(end, end + BLOCK))) end += BLOCK
    if (end > from) await disk.write(bytes.subarray(from, end), at + from)
    from = end + BLOCK
  }
}

async function moveBack(disk: GuestDisk, { image, record }: OpenedCut): Promise<void> {
  const { moved } = record
  if (moved === undefined) return
  const old = async ({ at, length }: GuestRange) => {
    const bytes = new Uint8Array(length)
    await image.read(bytes, at)
    return { at, bytes }
  }
  const heads = []
  for (const head of moved.heads) heads.push(await old(head))
  await takeMoveBack(disk, { heads, second: await old(moved.second) })
}

/** Bytes past the end that may hold something, from the tables of the kept image. */
async function bytesIn(
  { image, record }: OpenedCut,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { before, after } = record
  const source = contentSource(image)
  const breathe = breather(signal, { everyCalls: 16 })
  let bytes = 0
  for (let at = after; at < before;) {
    const { length, isZero } = source.runAt(at, before - at)
    if (!isZero) bytes += length
    at += length
    await breathe()
  }
  return bytes
}
