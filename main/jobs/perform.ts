import { ImageError, unreachable, type Progress } from '../../core/index.ts'
import type { JobRequest, JobResult } from '../../ipc/schemas/job.ts'
import type { EngineHost, FileFacts, KnownImage } from './engine-host.ts'
import type { JobSubjects } from './job-subjects.ts'
import {
  checkOutcome,
  summarizeCheck,
  summarizeHash,
  summarizeMap,
  type JobOutcome,
} from './job-summary.ts'

export interface Performed {
  readonly result: JobResult
  readonly summary: string
  readonly outcome: JobOutcome
  readonly before: FileFacts
  readonly after: FileFacts
  /** Leaves with the image what the job found out about it; part of the job's own transaction. */
  readonly keep: (
    subjects: JobSubjects,
    job: { readonly id: number; readonly endedAt: number },
  ) => void
}

export interface PerformOptions {
  readonly signal: AbortSignal
  readonly onEvent: (progress: Progress) => void
}

/** Does what a job asks for: the one place that says what each kind means. */
export async function perform(
  host: EngineHost,
  image: KnownImage,
  imageId: number,
  request: JobRequest,
  options: PerformOptions,
): Promise<Performed> {
  if ('parameters' in request) {
    const facts = { feature: request.kind, expected: 'the command line' }
    throw new ImageError('not-in-this-shell', facts)
  }
  switch (request.kind) {
    case 'check': {
      const { result, before, after } = await host.run(
        'check',
        { ...image, depth: request.depth },
        options,
      )
      const { allocated, fragmented } = result.clusters
      return {
        result: { kind: 'check', check: result },
        summary: summarizeCheck(result),
        outcome: checkOutcome(result),
        before,
        after,
        keep: (subjects, { id, endedAt }) =>
          subjects.keepCheck(imageId, {
            jobId: id,
            at: endedAt,
            health: result.health,
            fragmentation: allocated === 0 ? 0 : Math.min(1, fragmented / allocated),
            file: before,
          }),
      }
    }
    case 'hash': {
      const { algorithm, target } = request
      const { result, before, after } = await host.run(
        'hash',
        { ...image, algorithm, target },
        options,
      )
      return {
        result: { kind: 'hash', hash: result },
        summary: summarizeHash(result),
        outcome: 'ok',
        before,
        after,
        keep: (subjects, { id, endedAt }) => {
          if (algorithm !== 'sha256' || target !== 'content') return
          const { digest: sha256 } = result
          subjects.keepHash(imageId, { jobId: id, at: endedAt, sha256, file: before })
        },
      }
    }
    case 'map': {
      const { result, before, after } = await host.run('map', image, options)
      return {
        result: { kind: 'map', totals: { ...result.totals }, extentCount: result.extentCount },
        summary: summarizeMap(result),
        outcome: 'ok',
        before,
        after,
        keep: (subjects, { endedAt }) =>
          subjects.keepAllocation(imageId, { summary: result, mappedAt: endedAt, file: before }),
      }
    }
    default:
      return unreachable(request)
  }
}
