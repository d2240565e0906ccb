import { ImageError, ProgressMeter, type Progress } from '../../core/index.ts'
import type {
  BatchCounters,
  FileNumbers,
  Job,
  JobProgress,
  JobRequest,
  JobState,
} from '../../ipc/schemas/job.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'
import { endBatch, insertBatch, newestBatches, type SkippedImage } from '../history/batches.ts'
import type { WritableDb } from '../history/db.ts'
import { insertJob, interruptOpenJobs, updateJob } from '../history/jobs.ts'
import type { Logger } from '../log/logger.ts'
import { Topic } from '../topic.ts'
import { BatchTally } from './batch-tally.ts'
import type { EngineHost, FileFacts } from './engine-host.ts'
import type { JobSubjects } from './job-subjects.ts'
import type { JobOutcome } from './job-summary.ts'
import { isEnded, step } from './job.ts'
import { perform, type Performed } from './perform.ts'
import { Scheduler } from './scheduler.ts'

export type JobChange =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'progress'; readonly id: string; readonly progress: JobProgress }
  | { readonly type: 'batch'; readonly counters: BatchCounters }

export interface JobQueueOptions {
  readonly db: WritableDb
  readonly host: EngineHost
  readonly subjects: JobSubjects
  /** Jobs at once. */
  readonly limit: () => number
  readonly log: Logger
  readonly actor: Job['actor']
  readonly engineVersion: string
  readonly now?: () => number
}

export interface StartRequest {
  readonly request: JobRequest
  readonly imageIds: readonly number[]
  /** Given: the jobs form a batch of this title, with counters and a report. */
  readonly batchTitle?: string | undefined
}

export interface Started {
  readonly jobIds: readonly string[]
  readonly batchId: string | undefined
  readonly skipped: number
}

/** A job that has not ended. */
interface OpenJob {
  job: Job
  readonly request: JobRequest
  readonly controller: AbortController
  readonly log: Logger
}

const shownBatches = 10

/**
 * Stores jobs before it runs them, runs as many at once as allowed, and stores how each ended. Opening
 * it marks what an earlier run left behind as interrupted.
 */
export class JobQueue {
  readonly changes = new Topic<JobChange>()
  readonly #options: JobQueueOptions
  readonly #now: () => number
  readonly #scheduler: Scheduler
  readonly #open = new Map<string, OpenJob>()
  readonly #batches = new Map<string, BatchTally>()
  #closed = false

  constructor(options: JobQueueOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#scheduler = new Scheduler(options.limit)
    const interrupted = interruptOpenJobs(options.db, this.#now())
    if (interrupted > 0) options.log.warn('jobs of the last run were interrupted', { interrupted })
  }

  /** Everything that runs or waits, and the newest batches. */
  snapshot(): { readonly jobs: readonly Job[]; readonly batches: readonly BatchCounters[] } {
    return {
      jobs: [...this.#open.values()].map(({ job }) => job),
      batches: newestBatches(this.#options.db, shownBatches).map(({ counters }) => counters),
    }
  }

  openJob(jobId: string): Job | undefined {
    return this.#open.get(jobId)?.job
  }

  start({ request, imageIds, batchTitle }: StartRequest): Started {
    const { db, subjects, actor, engineVersion, log } = this.#options
    const queuedAt = this.#now()
    const fitting: { readonly imageId: number; readonly path: string }[] = []
    const skipped: SkippedImage[] = []
    for (const imageId of new Set(imageIds)) {
      const answer = subjects.fit(imageId, request)
      if (answer.fits) fitting.push({ imageId, path: answer.path })
      else skipped.push({ path: answer.path, reason: answer.reason })
    }
    // One transaction for a batch of any size: the rows are there before the first job starts.
    const { jobs, batchId } = db.transaction(() => {
      const id =
        batchTitle === undefined
          ? undefined
          : insertBatch(db, { title: batchTitle, request, startedAt: queuedAt, skipped })
      if (id !== undefined && fitting.length === 0) endBatch(db, id, queuedAt)
      return {
        batchId: id,
        jobs: fitting.map(({ imageId, path }) =>
          insertJob(db, {
            request: recordedRequestOf(request),
            imageId,
            imagePath: path,
            batchId: id,
            state: 'queued',
            actor,
            engineVersion,
            queuedAt,
          }),
        ),
      }
    })
    if (batchId !== undefined) {
      const title = batchTitle ?? ''
      this.#openBatch(batchId, { title, queuedAt, total: jobs.length, skipped: skipped.length })
    }
    for (const job of jobs) {
      this.#open.set(job.id, {
        job,
        request,
        controller: new AbortController(),
        log: log.child({ job: job.id, kind: request.kind, image: job.imagePath }),
      })
      this.#scheduler.add({
        jobId: Number(job.id),
        imageId: job.imageId,
        lane: batchId === undefined ? 'single' : `batch ${batchId}`,
      })
      this.changes.tell({ type: 'job', job })
    }
    log.info('jobs queued', { kind: request.kind, jobs: jobs.length, skipped: skipped.length })
    this.#pump()
    return { jobIds: jobs.map(({ id }) => id), batchId, skipped: skipped.length }
  }

  /** A job that has ended already stays as it is. */
  cancel(jobId: string): void {
    const open = this.#open.get(jobId)
    if (open === undefined) return
    this.#cancel(open)
    this.#pump()
  }

  cancelBatch(batchId: string): void {
    this.#options.db.transaction(() => {
      for (const open of this.#open.values()) {
        if (open.job.batchId === batchId) this.#cancel(open)
      }
    })
    this.#pump()
  }

  /** Call after a change of the limit. */
  limitChanged(): void {
    this.#pump()
  }

  /** Stops everything; what has not ended becomes interrupted. */
  close(): void {
    this.#closed = true
    const interrupted = interruptOpenJobs(this.#options.db, this.#now())
    if (interrupted > 0) this.#options.log.info('jobs interrupted by the end', { interrupted })
    for (const { controller } of this.#open.values()) controller.abort()
    this.#open.clear()
  }

  #openBatch(
    id: string,
    batch: { title: string; queuedAt: number; total: number; skipped: number },
  ): void {
    const tally = new BatchTally({
      id,
      title: batch.title,
      startedAt: batch.queuedAt,
      ...(batch.total === 0 ? { endedAt: batch.queuedAt } : {}),
      total: batch.total,
      done: 0,
      ok: 0,
      leaks: 0,
      damaged: 0,
      unreadable: 0,
      cancelled: 0,
      skipped: batch.skipped,
    })
    if (batch.total > 0) this.#batches.set(id, tally)
    this.changes.tell({ type: 'batch', counters: tally.counters })
  }

  #cancel(open: OpenJob): void {
    if (this.#scheduler.remove(Number(open.job.id))) {
      this.#end(open, { state: 'cancelled', summary: 'Cancelled before it started' }, 'cancelled')
      return
    }
    if (open.job.state !== 'running') return
    this.#change(open, { state: 'cancelling' })
    open.controller.abort()
  }

  #pump(): void {
    if (this.#closed) return
    for (let next = this.#scheduler.next(); next !== undefined; next = this.#scheduler.next()) {
      const open = this.#open.get(String(next.jobId))
      if (open !== undefined) void this.#run(open)
    }
  }

  /** Never rejects: whatever happens to a job becomes its record. */
  async #run(open: OpenJob): Promise<void> {
    const { host, subjects } = this.#options
    const { imageId } = open.job
    try {
      this.#change(open, { state: 'running', startedAt: this.#now() })
      open.log.info('job started')
      const image = await subjects.locate(imageId)
      const meter = new ProgressMeter()
      const performed = await perform(host, image, imageId, open.request, {
        signal: open.controller.signal,
        onEvent: (progress) => this.#progressed(open, meter, progress),
      })
      if (this.#closed) return
      this.#succeed(open, image.path, performed)
    } catch (thrown) {
      if (this.#closed) return
      this.#fail(open, ImageError.from(thrown, { path: open.job.imagePath }))
    } finally {
      this.#scheduler.finished(Number(open.job.id))
      this.#pump()
    }
  }

  #succeed(open: OpenJob, path: string, performed: Performed): void {
    const { result, summary, outcome, before, after, keep } = performed
    this.#end(
      open,
      {
        state: 'succeeded',
        imagePath: path,
        summary,
        result,
        fileBefore: numbersOf(before),
        fileAfter: numbersOf(after),
      },
      outcome,
      (endedAt) => keep(this.#options.subjects, { id: Number(open.job.id), endedAt }),
    )
  }

  #fail(open: OpenJob, error: ImageError): void {
    if (error.kind === 'cancelled' && open.job.state === 'cancelling') {
      this.#end(open, { state: 'cancelled', summary: 'Cancelled' }, 'cancelled')
      return
    }
    if (error.kind === 'internal') {
      open.log.error('defect', { code: error.code, cause: String(error.cause) })
    }
    const { title } = error.explanation
    this.#end(open, { state: 'failed', summary: title, error: error.toJSON() }, 'unreadable')
  }

  #progressed(open: OpenJob, meter: ProgressMeter, progress: Progress): void {
    if (isEnded(open.job.state)) return
    const measured = meter.measure(progress)
    open.job = { ...open.job, progress: measured }
    this.changes.tell({ type: 'progress', id: open.job.id, progress: measured })
  }

  #change(open: OpenJob, part: Partial<Job> & { readonly state: JobState }): void {
    open.job = { ...open.job, ...part, state: step(open.job.state, part.state) }
    this.#store(open, () => updateJob(this.#options.db, open.job, undefined))
    this.changes.tell({ type: 'job', job: open.job })
  }

  /** `keep` stores what belongs to the result, in the same transaction. */
  #end(
    open: OpenJob,
    part: Partial<Job> & { readonly state: JobState },
    outcome: JobOutcome,
    keep: (endedAt: number) => void = () => undefined,
  ): void {
    const endedAt = this.#now()
    const { progress: _ended, ...rest } = open.job
    const job: Job = { ...rest, ...part, state: step(open.job.state, part.state), endedAt }
    open.job = job
    this.#open.delete(job.id)
    const tally = job.batchId === undefined ? undefined : this.#batches.get(job.batchId)
    tally?.count(outcome, endedAt)
    this.#store(open, () => {
      updateJob(this.#options.db, job, outcome)
      keep(endedAt)
      if (tally?.isDone === true) endBatch(this.#options.db, tally.counters.id, endedAt)
    })
    if (tally?.isDone === true) this.#batches.delete(tally.counters.id)
    open.log.info('job ended', {
      state: job.state,
      milliseconds: endedAt - (job.startedAt ?? endedAt),
      code: job.error?.code,
    })
    this.changes.tell({ type: 'job', job })
    if (tally !== undefined) this.changes.tell({ type: 'batch', counters: tally.counters })
  }

  /**
   * A row that cannot be written (full disk) must not turn a result into a failure: the windows still
   * learn it, and the next start finds the row open and marks it as interrupted.
   */
  #store(open: OpenJob, write: () => void): void {
    try {
      this.#options.db.transaction(write)
    } catch (error) {
      open.log.error('the job could not be stored', { cause: String(error) })
    }
  }
}

const numbersOf = ({ length, onDisk, modifiedAt }: FileFacts): FileNumbers => ({
  length,
  onDisk,
  modifiedAt,
})
