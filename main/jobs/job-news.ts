import type { BatchCounters, Job, JobKind } from '../../ipc/schemas/job.ts'
import { isEnded } from './job.ts'
import type { JobChange } from './job-records.ts'

/** What somebody who is not looking wants to be told. */
export type JobNews =
  | {
      readonly kind: 'job'
      readonly jobId: string
      readonly work: JobKind
      readonly imageName: string
      readonly isFailure: boolean
      /** One sentence without a full stop. */
      readonly summary: string
    }
  | {
      readonly kind: 'batch'
      readonly batchId: string
      readonly work: JobKind
      readonly title: string
      readonly counters: BatchCounters
      /** Nobody started it by hand. */
      readonly isWeekly: boolean
      /** Images that are worse off than at the batch before; undefined when there is none to compare with. */
      readonly worse: number | undefined
    }

export interface JobNewsOptions {
  readonly isWeekly: (batchId: string) => boolean
  readonly worseThanBefore: (batchId: string) => number | undefined
}

/** Nobody has looked away from what is done sooner, in milliseconds. */
const longWork = 10_000

/**
 * News of what ended: of one job when it took long or failed, of a batch once, when it took long, when something is
 * wrong, or when it is the weekly one. What a person stopped is no news.
 */
export function newsOf(
  change: JobChange,
  { isWeekly, worseThanBefore }: JobNewsOptions,
): JobNews | undefined {
  if (change.type === 'job') return newsOfJob(change.job)
  if (change.type !== 'batch') return undefined
  const { counters } = change
  const { id: batchId, kind: work, title, startedAt, endedAt } = counters
  if (endedAt === undefined || counters.cancelled > 0) return undefined
  const weekly = isWeekly(batchId)
  if (!weekly && !hasTrouble(counters) && endedAt - startedAt < longWork) return undefined
  const worse = worseThanBefore(batchId)
  return { kind: 'batch', batchId, work, title, counters, isWeekly: weekly, worse }
}

function newsOfJob(job: Job): JobNews | undefined {
  const { id: jobId, request, imageName, state, startedAt, endedAt, batchId } = job
  if (batchId !== undefined || !isEnded(state) || endedAt === undefined) return undefined
  const isFailure = state === 'failed'
  if (!isFailure && state !== 'succeeded') return undefined
  if (!isFailure && endedAt - (startedAt ?? endedAt) < longWork) return undefined
  const summary = job.summary ?? ''
  return { kind: 'job', jobId, work: request.kind, imageName, isFailure, summary }
}

const hasTrouble = ({ damaged, unreadable, failed }: BatchCounters): boolean =>
  damaged + unreadable + failed > 0
