import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import type { OperationContext } from '../progress.ts'
import { openForWriting } from '../qcow2/open-writer.ts'
import type { Qcow2Writer } from '../qcow2/qcow2-writer.ts'
import { resizeDisk } from '../qcow2/resize/resize-disk.ts'
import { provideSpace } from '../storage/provide-space.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { mustBeStamped } from './image-stamp.ts'
import type { ResizeConsent, ResizePlan } from './resize-plan.ts'

export interface ResizeOptions extends OperationContext {
  /** What the person agreed to, of what the plan asks for. */
  readonly consent?: readonly ResizeConsent[] | undefined
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
}

export interface ResizeResult {
  readonly path: string
  readonly kind: ResizePlan['kind']
  readonly before: ImageExtent
  readonly after: ImageExtent
  /** Bytes that the host has back; of the image file and its data file. */
  readonly freedBytes: number
}

export interface ImageExtent {
  /** Bytes the guest sees. */
  readonly virtualSize: number
  /** Bytes of the image file. */
  readonly fileLength: number
  /** Bytes the host stores for the image file and its data file; undefined where it does not tell. */
  readonly allocatedBytes: number | undefined
}

/**
 * Carries a plan of `planResize` out, with the image held as QEMU's writers do.
 *
 * Can be cancelled until the new size is written: growing gives back what it had allocated, shrinking has
 * changed nothing by then. A disk that has become smaller completes. The size that a disk has already
 * gives back what a shrink that failed halfway has left behind its end (`cut-not-cleared`).
 *
 * Throws the plan's first refusal, `consent-missing`, `plan-outdated` when the image changed since, and
 * what opening for writing and writing throw.
 */
export async function resizeImage(
  host: WritingEnvironment,
  path: string,
  plan: ResizePlan,
  options: ResizeOptions = {},
): Promise<ResizeResult> {
  const [refusal] = plan.refusals
  if (refusal !== undefined) throw ImageError.fromJSON(refusal)
  const missing = plan.consentNeeded.find((consent) => options.consent?.includes(consent) !== true)
  if (missing !== undefined) {
    const limit = plan.after.virtualSize
    throw new ImageError('consent-missing', { path, limit, expected: `"${missing}"` })
  }
  try {
    const { links, signal, pause } = options
    const opened = await openForWriting(stampedHost(host, path, plan), path, {
      format: plan.format,
      links,
      signal,
      pause,
    })
    return opened.kind === 'raw'
      ? await thenClosed(opened.file, () => resizeRaw(opened.file, plan, options))
      : await thenClosed(opened.image, () => resizeQcow2(opened.image, host, plan, options))
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/**
 * A host that compares the image with the plan as soon as it is held: later nobody else can change it, and
 * nothing of ours has.
 */
function stampedHost(
  host: WritingEnvironment,
  path: string,
  { stamp, dataFile }: ResizePlan,
): WritingEnvironment {
  const image = host.paths.resolve('', path)
  return {
    ...host,
    async openForWriting(name) {
      const file = await host.openForWriting(name)
      try {
        if (name === image) mustBeStamped(file, stamp)
        else if (name === dataFile?.path) mustBeStamped(file, dataFile.stamp)
        return file
      } catch (error) {
        await file.close()
        throw error
      }
    },
  }
}

/** After a failure, closing may fail for the same reason: what went wrong first is what counts. */
async function thenClosed<Result>(
  opened: { close(): Promise<void> },
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Result
  try {
    result = await work()
  } catch (error) {
    await opened.close().catch(() => undefined)
    throw error
  }
  await opened.close()
  return result
}

async function resizeQcow2(
  image: Qcow2Writer,
  { codecs }: WritingEnvironment,
  plan: ResizePlan,
  options: ResizeOptions,
): Promise<ResizeResult> {
  const extent = () => extentOf(image.virtualSize, image.file, image.dataFile)
  const before = extent()
  const wish = { size: plan.after.virtualSize, preallocation: plan.preallocation }
  await image.exclusively(async ({ tables, backing, dataFile }) => {
    await resizeDisk({ tables, backing, dataFile, codecs }, wish, options)
  })
  await image.flush()
  return resultOf(plan, before, extent())
}

async function resizeRaw(
  file: WritableFile,
  plan: ResizePlan,
  options: ResizeOptions,
): Promise<ResizeResult> {
  const { virtualSize } = plan.after
  const before = extentOf(plan.before.virtualSize, file)
  if (plan.kind === 'grow') await growRaw(file, plan, options)
  else if (plan.kind === 'shrink') {
    throwIfAborted(options.signal)
    file.truncate(virtualSize)
  }
  await file.flush()
  return resultOf(plan, before, extentOf(virtualSize, file))
}

/** What lies past the old end of a file reads as zeroes; when that fails the file has its old length. */
async function growRaw(
  file: WritableFile,
  { after, preallocation }: ResizePlan,
  context: OperationContext,
): Promise<void> {
  const oldLength = file.size()
  const length = after.virtualSize - oldLength
  try {
    file.truncate(after.virtualSize)
    if (preallocation === 'falloc' || preallocation === 'full') {
      await provideSpace(file, { offset: oldLength, length, how: preallocation }, context)
    }
  } catch (error) {
    file.truncate(oldLength)
    throw error
  }
}

function extentOf(virtualSize: number, file: WritableFile, dataFile?: WritableFile): ImageExtent {
  const own = file.allocatedBytes()
  const other = dataFile === undefined ? 0 : dataFile.allocatedBytes()
  return {
    virtualSize,
    fileLength: file.size(),
    allocatedBytes: own === undefined || other === undefined ? undefined : own + other,
  }
}

const resultOf = (
  { path, kind }: ResizePlan,
  before: ImageExtent,
  after: ImageExtent,
): ResizeResult => ({
  path,
  kind,
  before,
  after,
  freedBytes: Math.max((before.allocatedBytes ?? 0) - (after.allocatedBytes ?? 0), 0),
})
