import type {
  AnyRequest,
  BatchCounters,
  Job,
  JobProgress,
  JobRequest,
  JobState,
} from '../../ipc/schemas/job.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'
import { endBatch, insertBatch, newestBatches, type SkippedImage } from '../history/batches.ts'
import type { WritableDb } from '../history/db.ts'
import { findJob, insertJob, updateJob } from '../history/jobs.ts'
import type { Logger } from '../log/logger.ts'
import { Topic } from '../topic.ts'
import { BatchTally } from './batch-tally.ts'
import type { JobOutcome } from './job-summary.ts'
import { isEnded, step } from './job.ts'
import type { OpenJob } from './open-job.ts'

export type JobChange =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'progress'; readonly id: string; readonly progress: JobProgress }
  | { readonly type: 'batch'; readonly counters: BatchCounters }

export interface JobRecordsOptions {
  readonly db: WritableDb
  readonly log: Logger
  readonly actor: Job['actor']
  readonly engineVersion: string
  readonly now: () => number
}

/** An image as the job begins with it. */
export interface Subject {
  readonly imageId: number
  readonly path: string
  readonly volume: string
  /** A person said that it is a raw disk. */
  readonly treatedAsRaw?: boolean | undefined
}

/** What a job or a batch is stored with. */
export interface NewJobs {
  readonly request: AnyRequest
  readonly subjects: readonly Subject[]
  readonly batch?: BatchAround | undefined
  /** They wait until nobody else has their image open. */
  readonly whenFree?: boolean | undefined
}

export interface BatchAround {
  readonly title: string
  readonly subject: string | undefined
  readonly request: JobRequest
  readonly skipped: readonly SkippedImage[]
}

const shownBatches = 10

/** The records of jobs and batches: each change of one is stored first, and then told. */
export class JobRecords {
  readonly changes: Topic<JobChange>
  readonly #options: JobRecordsOptions
  readonly #batches = new Map<string, BatchTally>()

  constructor(options: JobRecordsOptions) {
    this.#options = options
    // Whoever listens keeps no job from its end, and the others from nothing.
    this.changes = new Topic((error) =>
      options.log.error('news of a job were lost on somebody', { cause: String(error) }),
    )
  }

  /** The newest batches, with their counters as they are now. */
  batches(): readonly BatchCounters[] {
    return newestBatches(this.#options.db, shownBatches).map(
      ({ counters }) => this.#batches.get(counters.id)?.counters ?? counters,
    )
  }

  isBatchOpen(batchId: string): boolean {
    return this.#batches.has(batchId)
  }

  /** In one transaction: the rows of a batch of any size are there before its first job starts. */
  insert({ request, subjects, batch, whenFree }: NewJobs): {
    readonly jobs: readonly Job[]
    readonly batchId: string | undefined
  } {
    const { db, actor, engineVersion, now } = this.#options
    const queuedAt = now()
    const inserted = db.transaction(() => {
      const batchId = batch && insertBatch(db, { ...batch, startedAt: queuedAt })
      if (batchId !== undefined && subjects.length === 0) endBatch(db, batchId, queuedAt)
      const jobs = subjects.map(({ imageId, path, treatedAsRaw }) =>
        insertJob(db, {
          request: recordedRequestOf(request),
          imageId,
          imagePath: path,
          batchId,
          state: 'queued',
          actor,
          engineVersion,
          queuedAt,
          ...(whenFree === true ? { waitsFor: {} } : {}),
          ...(treatedAsRaw === true ? { treatedAsRaw } : {}),
        }),
      )
      return { jobs, batchId }
    })
    if (inserted.batchId !== undefined) {
      this.#openBatch({
        id: inserted.batchId,
        kind: request.kind,
        title: batch?.title ?? '',
        startedAt: queuedAt,
        total: subjects.length,
        skipped: batch?.skipped.length ?? 0,
      })
    }
    return inserted
  }

  change(open: OpenJob, part: Partial<Job> & { readonly state: JobState }): void {
    open.job = { ...open.job, ...part, state: step(open.job.state, part.state) }
    this.#store(open, () => updateJob(this.#options.db, open.job, undefined))
    this.changes.tell({ type: 'job', job: open.job })
  }

  /** Who is waited for is true for a moment only, and not stored. */
  waits(open: OpenJob, waitsFor: Job['waitsFor']): void {
    const { waitsFor: _before, ...job } = open.job
    open.job = waitsFor === undefined ? job : { ...job, waitsFor }
    this.changes.tell({ type: 'job', job: open.job })
  }

  progressed(open: OpenJob, progress: JobProgress): void {
    open.job = { ...open.job, progress }
    this.changes.tell({ type: 'progress', id: open.job.id, progress })
  }

  /**
   * `keep` stores what belongs to the result, in the same transaction; should it fail, the end is stored without.
   * Answers with the batch that ended with this job.
   */
  end(
    open: OpenJob,
    part: Partial<Job> & { readonly state: JobState },
    outcome: JobOutcome,
    keep: (endedAt: number) => void = () => undefined,
  ): string | undefined {
    const { db, now } = this.#options
    const endedAt = now()
    const { progress: _ended, waitsFor: _waited, ...rest } = open.job
    const job: Job = {
      ...rest,
      ...part,
      state: step(open.job.state, part.state),
      endedAt,
      ...(outcome === 'nothing' ? { isIdle: true } : {}),
    }
    open.job = job
    const tally = job.batchId === undefined ? undefined : this.#batches.get(job.batchId)
    tally?.count(outcome, endedAt)
    const store = (): void => {
      updateJob(db, job, outcome)
      if (tally?.isDone === true) endBatch(db, tally.counters.id, endedAt)
    }
    const isKept = this.#store(open, () => {
      store()
      keep(endedAt)
    })
    if (!isKept) this.#store(open, store)
    const isLast = tally?.isDone === true
    if (isLast) this.#batches.delete(tally.counters.id)
    open.log.info('job ended', {
      state: job.state,
      milliseconds: endedAt - (job.startedAt ?? endedAt),
      code: job.error?.code,
    })
    this.changes.tell({ type: 'job', job: this.#asStored(open) })
    if (tally !== undefined) this.changes.tell({ type: 'batch', counters: tally.counters })
    return isLast ? tally.counters.id : undefined
  }

  /** Tells an ended job once more: something else about it changed, such as whether it can be taken back. */
  tellAgain(jobId: string): void {
    const job = findJob(this.#options.db, jobId)
    if (job !== undefined && isEnded(job.state)) this.changes.tell({ type: 'job', job })
  }

  pauseBatch(batchId: string, isPaused: boolean): void {
    const tally = this.#batches.get(batchId)
    if (tally?.pause(isPaused) !== true) return
    this.changes.tell({ type: 'batch', counters: tally.counters })
  }

  #openBatch(
    batch: Pick<BatchCounters, 'id' | 'kind' | 'title' | 'startedAt' | 'total' | 'skipped'>,
  ): void {
    const tally = BatchTally.begin(batch)
    if (batch.total > 0) this.#batches.set(batch.id, tally)
    this.changes.tell({ type: 'batch', counters: tally.counters })
  }

  /** The record knows by now whether a change can be taken back. */
  #asStored({ job, request, log }: OpenJob): Job {
    if (!('parameters' in request)) return job
    try {
      return findJob(this.#options.db, job.id) ?? job
    } catch (error) {
      log.error('the job could not be read again', { cause: String(error) })
      return job
    }
  }

  /**
   * A row that cannot be written (full disk) must not turn a result into a failure: the windows still
   * learn it, and the next start finds the row open and marks it as interrupted.
   */
  #store(open: OpenJob, write: () => void): boolean {
    try {
      this.#options.db.transaction(write)
      return true
    } catch (error) {
      open.log.error('the job could not be stored', { cause: String(error) })
      return false
    }
  }
}
