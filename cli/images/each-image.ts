import { ImageError, type OperationContext, type PhaseWeights } from '../../core/index.ts'
import type { Host } from '../host.ts'
import { ProgressReporter } from '../terminal/progress-reporter.ts'
import { OutputError } from '../terminal/text-output.ts'
import type { CommonOptions } from '../table/shared-options.ts'
import { WorkRecorder, type RecordedWork } from '../output/work-recorder.ts'
import type { FoundImage } from './find-images.ts'

/** How the work on one image ended. */
export type ImageOutcome<Value> = {
  readonly path: string
  /** Unix time in milliseconds. */
  readonly startedAt: number
  readonly durationMs: number
} & (
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: ImageError }
  /** `error`: in the middle of this image; what it says about the image may matter. */
  | { readonly kind: 'cancelled'; readonly error?: ImageError }
)

export interface ImageRun<Value> {
  readonly host: Host
  readonly options: CommonOptions
  /** What the history is told of each image; undefined: nothing. */
  readonly record?: RecordedWork<Value> | undefined
  /** Of work that has several; undefined: it counts as one. */
  readonly phases?: PhaseWeights | undefined
}

/**
 * Works through the images in order, one at a time: reading metadata keeps one core busy, and one
 * process for all of them is what makes many small images quick. An image that fails does not stop
 * the others; after Ctrl-C the rest is `cancelled`. The history is told after the answer.
 */
export async function* eachImage<Value>(
  images: readonly FoundImage[],
  { host, options, record, phases }: ImageRun<Value>,
  work: (path: string, context: OperationContext) => Promise<Value>,
): AsyncGenerator<ImageOutcome<Value>, void> {
  const { onProgress: onReport } = host
  const fileCount = images.length
  using progress = new ProgressReporter(host, options, { fileCount, phases, onReport })
  const recorder = record === undefined ? undefined : new WorkRecorder(record, host)
  if (recorder !== undefined) host.afterAnswer(() => recorder.save(options))
  for (const image of images) {
    const startedAt = Date.now()
    const from = performance.now()
    const ended = () => ({ path: image.path, startedAt, durationMs: performance.now() - from })
    if (host.signal.aborted) {
      yield { ...ended(), kind: 'cancelled' }
      continue
    }
    let outcome: ImageOutcome<Value>
    try {
      if (image.error !== undefined) throw image.error
      const onProgress = progress.startFile(image.path)
      await recorder?.begin(image.path)
      const value = await work(image.path, { signal: host.signal, onProgress })
      outcome = { ...ended(), kind: 'done', value }
    } catch (thrown) {
      if (thrown instanceof OutputError) throw thrown
      const error = ImageError.from(thrown, { path: image.path })
      outcome =
        error.kind === 'cancelled'
          ? { ...ended(), kind: 'cancelled', error }
          : { ...ended(), kind: 'failed', error }
    }
    progress.endFile(outcome.kind)
    await recorder?.end(outcome)
    yield outcome
  }
}
