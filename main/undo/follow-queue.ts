import { isEnded } from '../jobs/job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { UndoStore } from './undo-store.ts'

/** The store learns how jobs ended, and windows learn what can be undone no more. Answers what ends it. */
export function followQueue(
  queue: Pick<JobQueue, 'changes' | 'tellAgain'>,
  store: Pick<UndoStore, 'changes' | 'ended' | 'undone'>,
): () => void {
  const stops = [
    queue.changes.listen((change) => {
      if (change.type !== 'job' || !isEnded(change.job.state)) return
      const { job } = change
      store.ended(job)
      if (job.request.kind !== 'undo' || job.state !== 'succeeded') return
      const { id } = job.request.parameters
      if (typeof id === 'string') store.undone(id)
    }),
    store.changes.listen((jobIds) => {
      for (const jobId of jobIds) queue.tellAgain(jobId)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
