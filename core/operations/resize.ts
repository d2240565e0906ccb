import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment, WritingEnvironment } from '../image/environment.ts'
import { keepCut, type KeptCut } from './keep-cut.ts'
import { moveAfter, moveBefore, plannedMove } from './move-gpt.ts'
import {
  openToResize,
  type ImageExtent,
  type OpenToResizeOptions,
  type ResizableImage,
} from './resizable-image.ts'
import type { ResizeConsent, ResizePlan } from './resize-plan.ts'

export interface ResizeOptions extends OpenToResizeOptions {
  /** What the person agreed to, of what the plan asks for. */
  readonly consent?: readonly ResizeConsent[] | undefined
  /**
   * Path of a new file that keeps what is cut off, and what moving GPT's copy overwrites. It is whole,
   * durable and compared before anything else is written; then the loss needs no consent. Only for a disk that
   * shrinks.
   */
  readonly keepCut?: string | undefined
}

export interface ResizeResult {
  readonly path: string
  readonly kind: ResizePlan['kind']
  readonly before: ImageExtent
  readonly after: ImageExtent
  /** Bytes that the host has back; of the image file and its data file. */
  readonly freedBytes: number
  /** The file that keeps what was cut off; undefined without one. */
  readonly kept: KeptCut | undefined
}

/**
 * Carries a plan of `planResize` out, with the image held as QEMU's writers do.
 *
 *     keep what will be cut off          a file of its own, durable
 *     shrink: GPT's copy, then the size          grow: the size, then GPT's copy
 *
 * Can be cancelled until the new size is written: growing gives back what it had allocated, shrinking has
 * changed nothing by then (a copy that was moved is moved back). A disk that has become smaller completes. The
 * size that a disk has already gives back what a shrink that failed halfway has left behind its end
 * (`cut-not-cleared`), and moves GPT's copy when that is asked for.
 *
 * Throws the plan's first refusal, `consent-missing`, `plan-outdated` when the image changed since,
 * `gpt-not-moved`, `gpt-moved-only`, the `output-…` reasons of the kept file, and what opening for writing and
 * writing throw.
 */
export async function resizeImage(
  host: WritingEnvironment & ExchangingEnvironment,
  path: string,
  plan: ResizePlan,
  options: ResizeOptions = {},
): Promise<ResizeResult> {
  const [refusal] = plan.refusals
  if (refusal !== undefined) throw ImageError.fromJSON(refusal)
  const kept = plan.kind === 'shrink' ? options.keepCut : undefined
  const missing = plan.consentNeeded.find((consent) => options.consent?.includes(consent) !== true)
  if (missing !== undefined && kept === undefined) {
    const limit = plan.after.virtualSize
    throw new ImageError('consent-missing', { path, limit, expected: `"${missing}"` })
  }
  try {
    const image = await openToResize(host, path, plan, options)
    return await thenClosed(image, async () => {
      const before = image.extent()
      const copy = kept === undefined ? undefined : await keepCut(host, image, plan, kept, options)
      try {
        await changeSize(image, plan, options)
      } catch (error) {
        // What went wrong first is what counts.
        if (copy !== undefined && isWhole(image, plan, error)) {
          await host.removeFile(copy.path).catch(() => undefined)
        }
        throw error
      }
      return resultOf(plan, before, image.extent(), copy)
    })
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

async function changeSize(
  image: ResizableImage,
  { kind, after, preallocation, moveGptBackup }: ResizePlan,
  context: ResizeOptions,
): Promise<void> {
  const size = after.virtualSize
  const setSize = () => image.setSize({ size, preallocation }, context)
  if (!moveGptBackup) return setSize()
  if (kind !== 'shrink') {
    await setSize()
    return moveAfter(image.disk, size)
  }
  const move = await plannedMove(image.disk, size)
  return moveBefore(image.disk, move, setSize)
}

/** After these nobody knows what was cut off, or the kept file alone has what the moved copy overwrote. */
const inDoubt: ReadonlySet<string> = new Set(['flush-failed', 'gpt-moved-only'])

/** Whether the disk surely is what it was, so that nobody needs the kept file. */
const isWhole = ({ disk }: ResizableImage, { before }: ResizePlan, error: unknown): boolean =>
  disk.length === before.virtualSize && !(error instanceof ImageError && inDoubt.has(error.reason))

/** After a failure, closing may fail for the same reason: what went wrong first is what counts. */
export async function thenClosed<Result>(
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

const resultOf = (
  { path, kind }: ResizePlan,
  before: ImageExtent,
  after: ImageExtent,
  kept: KeptCut | undefined,
): ResizeResult => ({
  path,
  kind,
  before,
  after,
  freedBytes: Math.max((before.allocatedBytes ?? 0) - (after.allocatedBytes ?? 0), 0),
  kept,
})
