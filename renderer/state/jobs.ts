import { create } from 'zustand'
import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { Job, JobEvent } from '../../ipc/schemas/job.ts'
import { host } from '../host.ts'
import { hasEnded, noJobs, reduceJobs, type JobsState } from './job-reducer.ts'

/** The work that waits, runs and ended lately, as the services tell it. */
export const useJobs = create<JobsState>(() => noJobs)

/** Events of this long are taken in together: hundreds of small jobs can end in one second. */
const gatherMs = 50

/** Follows the services until the stream ends. Each connection starts with a snapshot. */
export async function startJobsWatch(api: Client<Contract>, signal: AbortSignal): Promise<void> {
  let gathered: JobEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const events = gathered
    gathered = []
    useJobs.setState((state) => reduceJobs(state, events, Date.now()))
  }
  try {
    await api['jobs.watch'](
      {},
      (event) => {
        gathered.push(event)
        timer ??= setTimeout(flush, gatherMs)
      },
      { signal },
    )
  } finally {
    flush()
  }
}

/** Loads a batch's jobs and keeps them current until `stop`. One batch at a time. */
export function watchBatch(batchId: string, onError: (thrown: unknown) => void): () => void {
  useJobs.setState({ watched: { batchId, jobs: new Map() } })
  host()
    .api['jobs.batch']({ batchId })
    .then(({ jobs }) => {
      useJobs.setState(({ watched }) => {
        if (watched?.batchId !== batchId) return {}
        // What the stream brought meanwhile is at least as new as the answer.
        const known = new Map(jobs.map((job): [string, Job] => [job.id, job]))
        return { watched: { batchId, jobs: new Map([...known, ...watched.jobs]) } }
      })
    })
    .catch(onError)
  return () => {
    useJobs.setState(({ watched }) => (watched?.batchId === batchId ? { watched: undefined } : {}))
  }
}

/** Takes ended jobs and batches off the drawer; the history keeps them. */
export function clearEnded(): void {
  useJobs.setState(({ jobs, batches }) => ({
    jobs: new Map([...jobs].filter(([, job]) => !hasEnded(job))),
    batches: new Map([...batches].filter(([, batch]) => batch.endedAt === undefined)),
  }))
}
