import { unreachable } from '../unreachable.ts'
import type { BatchCounters, Job, JobEvent } from '../../ipc/schemas/job.ts'

export interface Activity {
  readonly running: number
  readonly queued: number
  /** How far all of it is, 0 to 1; absent while nothing runs or no job knows its total. */
  readonly share?: number
}

export interface JobsState {
  /** Everything that waits or runs, and what ended in this window's lifetime outside of batches. */
  readonly jobs: ReadonlyMap<string, Job>
  readonly batches: ReadonlyMap<string, BatchCounters>
  /** The unfinished job of an image. */
  readonly byImage: ReadonlyMap<number, Job>
  readonly activity: Activity
  /** When a running job last said something: a job that is silent for long is stalled. */
  readonly heardAt: ReadonlyMap<string, number>
  /** When a job of this image last ended: what was read about the image before may be out of date. */
  readonly endedAt: ReadonlyMap<number, number>
  /** The batch whose page is open; only its ended jobs are kept, because results can be large. */
  readonly watched:
    { readonly batchId: string; readonly jobs: ReadonlyMap<string, Job> } | undefined
}

export const noJobs: JobsState = {
  jobs: new Map(),
  batches: new Map(),
  byImage: new Map(),
  activity: { running: 0, queued: 0 },
  heardAt: new Map(),
  endedAt: new Map(),
  watched: undefined,
}

/** Ended single jobs that are kept for the drawer; all of them are in the history. */
const keptEnded = 100

const going: ReadonlySet<Job['state']> = new Set<Job['state']>([
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
])

export const hasEnded = ({ state }: Pick<Job, 'state'>): boolean => !going.has(state)

/** Takes in what happened since the last time, copying each map once however many events there are. */
export function reduceJobs(state: JobsState, events: readonly JobEvent[], now: number): JobsState {
  const jobs = new Map(state.jobs)
  const batches = new Map(state.batches)
  const byImage = new Map(state.byImage)
  const heardAt = new Map(state.heardAt)
  const endedAt = new Map(state.endedAt)
  const watched = state.watched && { ...state.watched, jobs: new Map(state.watched.jobs) }

  const take = (job: Job): void => {
    if (watched !== undefined && job.batchId === watched.batchId) watched.jobs.set(job.id, job)
    if (!hasEnded(job)) {
      jobs.set(job.id, job)
      byImage.set(job.imageId, moreUrgent(job, byImage.get(job.imageId)))
      if (job.state !== 'queued') heardAt.set(job.id, now)
      return
    }
    heardAt.delete(job.id)
    endedAt.set(job.imageId, job.endedAt ?? now)
    if (byImage.get(job.imageId)?.id === job.id) {
      byImage.delete(job.imageId)
      for (const other of jobs.values()) {
        if (other.imageId === job.imageId && other.id !== job.id && !hasEnded(other)) {
          byImage.set(job.imageId, moreUrgent(other, byImage.get(job.imageId)))
        }
      }
    }
    if (job.batchId === undefined) jobs.set(job.id, job)
    else jobs.delete(job.id)
  }

  for (const event of events) {
    switch (event.type) {
      case 'snapshot':
        // Ended while the connection was away: the history has them, this window need not guess.
        for (const job of state.jobs.values()) if (!hasEnded(job)) jobs.delete(job.id)
        batches.clear()
        byImage.clear()
        heardAt.clear()
        for (const batch of event.batches) batches.set(batch.id, batch)
        for (const job of event.jobs) take(job)
        break
      case 'jobs':
        for (const job of event.jobs) take(job)
        break
      case 'progress':
        for (const { id, progress } of event.jobs) {
          const job = jobs.get(id)
          // A report that comes after the end belongs to a job that is gone.
          if (job !== undefined && !hasEnded(job)) take({ ...job, progress })
        }
        break
      case 'batches':
        for (const batch of event.batches) batches.set(batch.id, batch)
        break
      default:
        unreachable(event)
    }
  }
  dropOldest(jobs)
  return { jobs, batches, byImage, heardAt, endedAt, watched, activity: summarize(jobs, batches) }
}

function moreUrgent(job: Job, other: Job | undefined): Job {
  if (other === undefined || other.id === job.id) return job
  return other.state === 'queued' && job.state !== 'queued' ? job : other
}

function dropOldest(jobs: Map<string, Job>): void {
  const ended = [...jobs.values()].filter(hasEnded)
  if (ended.length <= keptEnded) return
  const oldestFirst = ended.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
  for (const { id } of oldestFirst.slice(0, ended.length - keptEnded)) jobs.delete(id)
}

/** Each batch and each single job weighs the same: their totals are of different units. */
function summarize(
  jobs: ReadonlyMap<string, Job>,
  batches: ReadonlyMap<string, BatchCounters>,
): Activity {
  let running = 0
  let queued = 0
  const shares: number[] = []
  const ofBatches = new Map<string, number>()
  for (const job of jobs.values()) {
    if (hasEnded(job)) continue
    if (job.state === 'queued') queued += 1
    else running += 1
    const share = shareOf(job)
    if (share === undefined) continue
    if (job.batchId === undefined) shares.push(share)
    else ofBatches.set(job.batchId, (ofBatches.get(job.batchId) ?? 0) + share)
  }
  for (const { id, endedAt, done, total } of batches.values()) {
    if (endedAt !== undefined || total === 0) continue
    shares.push(Math.min(1, (done + (ofBatches.get(id) ?? 0)) / total))
  }
  if (shares.length === 0) return { running, queued }
  return { running, queued, share: shares.reduce((sum, share) => sum + share, 0) / shares.length }
}

/** How much of a batch is done, 0 to 1: its ended images, and what is done of those that are worked on. */
export function batchShare(
  { id, done, total }: Pick<BatchCounters, 'id' | 'done' | 'total'>,
  jobs: ReadonlyMap<string, Job>,
): number {
  if (total === 0) return 0
  let sum = done
  for (const job of jobs.values()) {
    if (job.batchId === id && !hasEnded(job)) sum += shareOf(job) ?? 0
  }
  return Math.min(1, sum / total)
}

/** How much of a job is done, 0 to 1; undefined while nobody can tell. */
export function shareOf({ progress }: Pick<Job, 'progress'>): number | undefined {
  if (progress === undefined) return undefined
  const { share, done, total } = progress
  return share ?? (total > 0 ? Math.min(1, done / total) : undefined)
}
