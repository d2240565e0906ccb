import type { BatchCounters, Job } from '../../../ipc/schemas/job.ts'
import { hasEnded, type JobsState } from '../../state/job-reducer.ts'

/** Nobody has looked away from what is done sooner, in milliseconds; the desktop's notifications count the same. */
const longWork = 10_000

export type News =
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'batch'; readonly batch: BatchCounters }

/** What ended between two states and is worth telling somebody who is not looking: of a batch once. */
export function newsBetween(now: JobsState, before: JobsState): readonly News[] {
  return [...jobNews(now, before), ...batchNews(now, before)]
}

function jobNews(now: JobsState, before: JobsState): readonly News[] {
  if (now.jobs === before.jobs) return []
  return [...before.jobs.values()].flatMap((earlier): readonly News[] => {
    const job = hasEnded(earlier) ? undefined : now.jobs.get(earlier.id)
    return job !== undefined && isNews(job) ? [{ kind: 'job', job }] : []
  })
}

function isNews({ state, startedAt, endedAt, batchId }: Job): boolean {
  if (batchId !== undefined) return false
  if (state === 'failed') return true
  if (state !== 'succeeded' || endedAt === undefined) return false
  return endedAt - (startedAt ?? endedAt) >= longWork
}

function batchNews(now: JobsState, before: JobsState): readonly News[] {
  if (now.batches === before.batches) return []
  return [...before.batches.values()].flatMap((earlier): readonly News[] => {
    const batch = earlier.endedAt === undefined ? now.batches.get(earlier.id) : undefined
    if (batch?.endedAt === undefined || batch.cancelled > 0) return []
    const hasTrouble = batch.damaged + batch.unreadable + batch.failed > 0
    const isLong = batch.endedAt - batch.startedAt >= longWork
    return hasTrouble || isLong ? [{ kind: 'batch', batch }] : []
  })
}
