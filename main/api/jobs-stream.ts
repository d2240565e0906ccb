import type { BatchCounters, Job, JobEvent, JobProgress } from '../../ipc/schemas/job.ts'
import { briefJob } from '../jobs/brief-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { portionsOf } from './portions.ts'
import { Pulse } from './pulse.ts'

/** Keeps one window's view of the jobs current until the signal aborts: a snapshot, then changes. */
export async function streamJobs(
  queue: JobQueue,
  emit: (event: JobEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const pulse = new Pulse()
  let jobs = new Map<string, Job>()
  let progress = new Map<string, JobProgress>()
  let batches = new Map<string, BatchCounters>()
  const stop = queue.changes.listen((change) => {
    switch (change.type) {
      case 'job':
        jobs.set(change.job.id, change.job)
        // The job's own record is newer than any progress that waits.
        progress.delete(change.job.id)
        break
      case 'progress':
        progress.set(change.id, change.progress)
        break
      case 'batch':
        batches.set(change.counters.id, change.counters)
        break
    }
    pulse.ring()
  })
  try {
    const snapshot = queue.snapshot()
    await emit({
      type: 'snapshot',
      jobs: [...queue.leftBehind(), ...snapshot.jobs].map(briefJob),
      batches: [...snapshot.batches],
    })
    for (;;) {
      await pulse.wait(signal)
      const changed = { jobs, progress, batches }
      jobs = new Map()
      progress = new Map()
      batches = new Map()
      for (const portion of portionsOf([...changed.jobs.values()])) {
        await emit({ type: 'jobs', jobs: portion.map(briefJob) })
      }
      if (changed.progress.size > 0) {
        const reports = Array.from(changed.progress, ([id, report]) => ({ id, progress: report }))
        await emit({ type: 'progress', jobs: reports })
      }
      if (changed.batches.size > 0) {
        await emit({ type: 'batches', batches: [...changed.batches.values()] })
      }
    }
  } finally {
    stop()
  }
}
