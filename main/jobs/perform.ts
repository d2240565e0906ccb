import { PhaseShare, unreachable, type Progress } from '../../core/index.ts'
import type { CreateAction, ImageAction } from '../../ipc/schemas/action.ts'
import type { AnyRequest, JobResult } from '../../ipc/schemas/job.ts'
import type { Hold } from '../workers/hold.ts'
import type { EngineHost, FileFacts } from './engine-host.ts'
import { phasesOf } from './job-phases.ts'
import { reclaimableByCheck } from '../images/reclaimable-by-check.ts'
import type { JobSubjects } from './job-subjects.ts'
import {
  checkOutcome,
  summarizeCheck,
  summarizeHash,
  summarizeMap,
  type JobOutcome,
} from './job-summary.ts'

/** Whom the work needs. */
export interface PerformParts {
  readonly host: EngineHost
  readonly subjects: JobSubjects
  readonly actions: ActionWork
}

/** Carries out what changes something, as it was planned and agreed to. */
export interface ActionWork {
  carryOut(
    task: Task & { readonly request: ImageAction | CreateAction },
    host: EngineHost,
    options: PerformOptions,
  ): Promise<Performed | NotBegun>
}

/** What is to be done. */
export interface Task {
  readonly jobId: string
  readonly imageId: number
  readonly request: AnyRequest
  /**
   * What a person agreed to: the plan with this token, or that a batch does what needs no further word. Absent: what
   * only reads.
   */
  readonly agreed: Agreed | undefined
}

export type Agreed = { readonly kind: 'plan'; readonly token: string } | { readonly kind: 'batch' }

/** `share` is that of all phases, 0 to 1, where the work can tell. */
export interface ReportedProgress extends Progress {
  readonly share?: number
}

export interface PerformOptions {
  readonly signal: AbortSignal
  /** Makes the work stand still. Goes to the worker with the task; work on this thread asks `pass` at its turns. */
  readonly hold: Hold
  readonly onEvent: (progress: ReportedProgress) => void
}

/** Work of a batch that was not begun: its plan, made when its turn came, said no. */
export interface NotBegun {
  readonly kind: 'skipped'
  /** One sentence, for the report. */
  readonly reason: string
  /** Somebody else has the image open: another time it may be done. */
  readonly isInUse?: boolean | undefined
}

export interface Performed {
  readonly kind: 'done'
  readonly result: JobResult
  readonly summary: string
  readonly outcome: JobOutcome
  /** Where the image is now, when that is not where it was. */
  readonly path?: string | undefined
  /** Absent for what was not there before. */
  readonly before: FileFacts | undefined
  /** Absent for what is not there any more. */
  readonly after: FileFacts | undefined
  /** Leaves with the image what the job found out about it; part of the job's own transaction. */
  readonly keep: (
    subjects: JobSubjects,
    job: { readonly id: number; readonly endedAt: number },
  ) => void
}

/** Does what a job asks for: the one place that says what each kind means. */
export async function perform(
  { host, subjects, actions }: PerformParts,
  task: Task,
  given: PerformOptions,
): Promise<Performed | NotBegun> {
  const { imageId, request } = task
  const share = new PhaseShare(phasesOf(request))
  const options: PerformOptions = {
    ...given,
    onEvent: (progress) => given.onEvent({ ...progress, share: share.report(progress) }),
  }
  if ('parameters' in request) return actions.carryOut({ ...task, request }, host, options)
  const image = await subjects.locate(imageId)
  switch (request.kind) {
    case 'check': {
      const { result, before, after } = await host.run(
        'check',
        { ...image, depth: request.depth },
        options,
      )
      const { allocated, fragmented } = result.clusters
      return {
        kind: 'done',
        result: { kind: 'check', check: result },
        path: image.path,
        summary: summarizeCheck(result),
        outcome: checkOutcome(result),
        before,
        after,
        keep: (kept, { id, endedAt }) => {
          kept.keepCheck(imageId, {
            jobId: id,
            at: endedAt,
            health: result.health,
            fragmentation: allocated === 0 ? 0 : Math.min(1, fragmented / allocated),
            file: before,
          })
          kept.keepReclaimable(imageId, reclaimableByCheck(result, before, endedAt))
        },
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
        kind: 'done',
        result: { kind: 'hash', hash: result },
        path: image.path,
        summary: summarizeHash(result),
        outcome: 'ok',
        before,
        after,
        keep: (kept, { id, endedAt }) => {
          if (algorithm !== 'sha256' || target !== 'content') return
          const { digest: sha256 } = result
          kept.keepHash(imageId, { jobId: id, at: endedAt, sha256, file: before })
        },
      }
    }
    case 'map': {
      const { result, before, after } = await host.run('map', image, options)
      return {
        kind: 'done',
        result: { kind: 'map', totals: { ...result.totals }, extentCount: result.extentCount },
        path: image.path,
        summary: summarizeMap(result),
        outcome: 'ok',
        before,
        after,
        keep: (kept, { endedAt }) =>
          kept.keepAllocation(imageId, { summary: result, mappedAt: endedAt, file: before }),
      }
    }
    default:
      return unreachable(request)
  }
}
