import { jobRequest, type Job } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { batchTexts } from './batch-texts.ts'
import { outcomeOf } from './outcome.ts'

const unfinished: ReadonlySet<ReturnType<typeof outcomeOf>> = new Set([
  'unreadable',
  'failed',
  'skipped',
  'cancelled',
])

/** It did not come to its end, or not to a good one: another try may. */
export const worthAnotherTry = (job: Job): boolean => unfinished.has(outcomeOf(job))

/** The same work on these images, as a batch of their own; each is planned anew. */
export function runAgain(jobs: readonly Job[], title: string): void {
  // The record of a request has the form of every kind there is; what was a batch can be one again.
  const request = jobRequest.safeParse(jobs[0]?.request)
  if (!request.success) return
  const prefix = batchTexts().page.againTitle('')
  host()
    .api['jobs.start']({
      request: request.data,
      imageIds: [...new Set(jobs.map(({ imageId }) => imageId))],
      batchTitle: (title.startsWith(prefix) ? title : `${prefix}${title}`).slice(0, 200),
    })
    .then(({ batchId }) => {
      if (batchId !== undefined) showPage({ kind: 'batch', batchId })
    })
    .catch(reportError)
}
