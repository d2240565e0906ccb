import { ImageError } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { CreateAction } from '../../../ipc/schemas/action.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { findBatch } from '../../history/batches.ts'
import type { ReadableDb } from '../../history/db.ts'
import { findJob, historyPage, jobsOfBatch } from '../../history/jobs.ts'
import { compareWithPrevious } from '../../history/compare-batches.ts'
import { reportBatch } from '../../jobs/batch-report.ts'
import { briefJob } from '../../jobs/brief-job.ts'
import type { PlanBatchOf } from '../../jobs/plan-batch.ts'
import type { JobQueue, StartRequest } from '../../jobs/queue.ts'
import { skipWords } from '../../jobs/skip-words.ts'
import { takeUp, type TakeUpParts } from '../../jobs/take-up.ts'
import { readJobLines } from '../../log/job-lines.ts'
import { streamJobs } from '../jobs-stream.ts'

type Names = Extract<keyof Contract, `jobs.${string}` | `history.${string}`>

export interface JobHandlerParts {
  readonly db: ReadableDb
  readonly queue: JobQueue
  readonly engineVersion: string
  /** Queues the making of a new image; answers with the job's id. */
  readonly create: (request: CreateAction, planToken: string | undefined) => Promise<string>
  readonly plan: TakeUpParts['plan']
  /** What a batch of these images is about. */
  readonly subjectOf: (imageIds: readonly number[]) => string
  readonly planBatch: PlanBatchOf
  readonly pathOf: (imageId: number) => string
  readonly logFolder: string
}

export function jobHandlers({
  db,
  queue,
  engineVersion,
  create,
  plan,
  subjectOf,
  planBatch,
  pathOf,
  logFolder,
}: JobHandlerParts): Pick<Handlers<Contract>, Names> {
  const jobOf = (jobId: string): Job => {
    const job = queue.openJob(jobId) ?? findJob(db, jobId)
    if (job === undefined) throw new ImageError('unknown-id', { field: 'job', id: jobId })
    return job
  }
  const mustKnowBatch = (batchId: string): void => {
    if (findBatch(db, batchId) !== undefined) return
    throw new ImageError('unknown-id', { field: 'batch', id: batchId })
  }
  /** What is known to stand against an image leaves it without a job, in the report with its reason. */
  const asBatch = async (input: StartRequest): Promise<StartRequest> => {
    const { included, skipped } = await planBatch(input.request, input.imageIds)
    return {
      ...input,
      imageIds: included.map(({ imageId }) => imageId),
      leftOut: skipped.map(({ imageId, reason }) => ({
        path: pathOf(imageId),
        reason: skipWords(reason),
      })),
      batchSubject: subjectOf(input.imageIds),
    }
  }
  return {
    'jobs.start': async (input) => {
      const { jobIds, batchId, skipped } = queue.start(
        input.batchTitle === undefined ? input : await asBatch(input),
      )
      return { jobIds: [...jobIds], batchId, skipped }
    },
    'jobs.cancel': (input) => {
      if ('jobId' in input) queue.cancel(input.jobId)
      else queue.cancelBatch(input.batchId)
      return {}
    },
    'jobs.create': async ({ request, planToken }) => ({ jobId: await create(request, planToken) }),
    'jobs.pause': (input) => {
      if ('jobId' in input) queue.pause(input.jobId)
      else queue.pauseBatch(input.batchId)
      return {}
    },
    'jobs.resume': (input) => {
      if ('jobId' in input) queue.resume(input.jobId)
      else queue.resumeBatch(input.batchId)
      return {}
    },
    'jobs.again': async ({ jobId }) => ({ jobId: await takeUp({ queue, plan }, jobOf(jobId)) }),
    'jobs.log': async ({ jobId }) => ({
      lines: [...(await readJobLines(logFolder, jobOf(jobId)))],
    }),
    'jobs.comparison': ({ batchId }) => {
      mustKnowBatch(batchId)
      const { worse, better, ...rest } = compareWithPrevious(db, batchId)
      return { ...rest, worse: [...worse], better: [...better] }
    },
    'jobs.watch': (_input, emit, { signal }) => streamJobs(queue, emit, signal),
    'jobs.get': ({ jobId }) => jobOf(jobId),
    'jobs.batch': ({ batchId }) => {
      mustKnowBatch(batchId)
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
