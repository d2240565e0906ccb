import { ImageError } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { CreateAction } from '../../../ipc/schemas/action.ts'
import { findBatch } from '../../history/batches.ts'
import type { ReadableDb } from '../../history/db.ts'
import { findJob, historyPage, jobsOfBatch } from '../../history/jobs.ts'
import { reportBatch } from '../../jobs/batch-report.ts'
import { briefJob } from '../../jobs/brief-job.ts'
import type { JobQueue } from '../../jobs/queue.ts'
import { streamJobs } from '../jobs-stream.ts'

type Names = Extract<keyof Contract, `jobs.${string}` | `history.${string}`>

export interface JobHandlerParts {
  readonly db: ReadableDb
  readonly queue: JobQueue
  readonly engineVersion: string
  /** Queues the making of a new image; answers with the job's id. */
  readonly create: (request: CreateAction, planToken: string | undefined) => Promise<string>
}

export function jobHandlers({
  db,
  queue,
  engineVersion,
  create,
}: JobHandlerParts): Pick<Handlers<Contract>, Names> {
  return {
    'jobs.start': (input) => {
      const { jobIds, batchId, skipped } = queue.start(input)
      return { jobIds: [...jobIds], batchId, skipped }
    },
    'jobs.cancel': (input) => {
      if ('jobId' in input) queue.cancel(input.jobId)
      else queue.cancelBatch(input.batchId)
      return {}
    },
    'jobs.create': async ({ request, planToken }) => ({ jobId: await create(request, planToken) }),
    'jobs.pause': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'jobs.resume': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'jobs.again': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'jobs.log': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'jobs.comparison': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'jobs.watch': (_input, emit, { signal }) => streamJobs(queue, emit, signal),
    'jobs.get': ({ jobId }) => {
      const job = queue.openJob(jobId) ?? findJob(db, jobId)
      if (job === undefined) throw new ImageError('unknown-id', { field: 'job', id: jobId })
      return job
    },
    'jobs.batch': ({ batchId }) => {
      if (findBatch(db, batchId) === undefined) {
        throw new ImageError('unknown-id', { field: 'batch', id: batchId })
      }
      const jobs = jobsOfBatch(db, batchId)
      return { jobs: jobs.map((job) => briefJob(queue.openJob(job.id) ?? job)) }
    },
    'jobs.report': ({ batchId, format }) => reportBatch(db, batchId, format, engineVersion),
    'history.page': (query) => {
      const { jobs, nextBefore } = historyPage(db, query)
      return { jobs: jobs.map(briefJob), nextBefore }
    },
  }
}
