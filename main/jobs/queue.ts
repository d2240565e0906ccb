import {
  jobRequest,
  type AnyRequest,
  type BatchCounters,
  type Job,
  type JobRequest,
} from '../../ipc/schemas/job.ts'
import type { SkippedImage } from '../history/batches.ts'
import type { WritableDb } from '../history/db.ts'
import { interruptOpenJobs, leftBehind, openJobs } from '../history/jobs.ts'
import type { Logger } from '../log/logger.ts'
import type { Topic } from '../topic.ts'
import type { EngineHost } from './engine-host.ts'
import { JobRecords, type JobChange, type Subject } from './job-records.ts'
import { JobRunner } from './job-runner.ts'
import type { JobSubjects } from './job-subjects.ts'
import { laneOf, OpenJob } from './open-job.ts'
import type { ActionWork, Agreed } from './perform.ts'
import { skipWords } from './skip-words.ts'
import { Scheduler, type SchedulerLimits } from './scheduler.ts'

export interface JobQueueOptions {
  readonly db: WritableDb
  readonly host: EngineHost
  readonly subjects: JobSubjects
  readonly actions: ActionWork
  readonly limits: () => SchedulerLimits
  readonly log: Logger
  readonly actor: Job['actor']
  readonly engineVersion: string
  readonly now?: () => number
}

export interface StartRequest {
  readonly request: JobRequest
  readonly imageIds: readonly number[]
  /** Of a batch: images that were found not to fit before, with the reason for the report. */
  readonly leftOut?: readonly SkippedImage[] | undefined
  /** Given: the jobs form a batch of this title, with counters and a report. */
  readonly batchTitle?: string | undefined
  /** What the batch is about; it is compared with the one of the same subject before. */
  readonly batchSubject?: string | undefined
  /** Of the plan that the person saw; without one, a change is done as part of a batch only. */
  readonly planToken?: string | undefined
  /**
   * Waits until nobody else has the image open, then does what needs no further word; also after a start. Not of a
   * batch.
   */
  readonly whenFree?: boolean | undefined
}

export interface Started {
  readonly jobIds: readonly string[]
  readonly batchId: string | undefined
  readonly skipped: number
}

export interface StartOne extends Subject {
  readonly request: AnyRequest
  readonly planToken: string | undefined
}

/** Work that does not end by then when everything closes is left to its thread's end, in milliseconds. */
const closingTime = 8_000

/**
 * Stores jobs before it runs them, runs as many at once as allowed, and stores how each ended. Opening
 * it marks what an earlier run left behind as interrupted.
 */
export class JobQueue {
  readonly changes: Topic<JobChange>
  readonly #options: JobQueueOptions
  readonly #now: () => number
  readonly #scheduler: Scheduler
  readonly #open = new Map<string, OpenJob>()
  readonly #records: JobRecords
  readonly #runner: JobRunner
  /** What the last run left behind ended then. */
  readonly #startedAt: number
  #closed = false

  constructor(options: JobQueueOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#records = new JobRecords({ ...options, now: this.#now })
    this.changes = this.#records.changes
    this.#runner = new JobRunner({
      ...options,
      records: this.#records,
      now: this.#now,
      isClosed: () => this.#closed,
      end: (...end) => this.#end(...end),
    })
    this.#scheduler = new Scheduler(options.limits)
    this.#startedAt = this.#now()
    const interrupted = interruptOpenJobs(options.db, this.#startedAt)
    if (interrupted > 0) options.log.warn('jobs of the last run were interrupted', { interrupted })
    for (const job of openJobs(options.db)) this.#wait(job)
  }

  /** Everything that runs or waits, and the newest batches. */
  snapshot(): { readonly jobs: readonly Job[]; readonly batches: readonly BatchCounters[] } {
    return {
      jobs: [...this.#open.values()].map(({ job }) => job),
      batches: this.#records.batches(),
    }
  }

  /** Single jobs that were found unfinished at the start. */
  leftBehind(): readonly Job[] {
    return leftBehind(this.#options.db, this.#startedAt)
  }

  openJob(jobId: string): Job | undefined {
    return this.#open.get(jobId)?.job
  }

  isBatchOpen(batchId: string): boolean {
    return this.#records.isBatchOpen(batchId)
  }

  /** How many threads more than `limits` the jobs that stand still keep. */
  get freeStanding(): number {
    return this.#scheduler.freeStanding
  }

  start(asked: StartRequest): Started {
    const { request, imageIds, batchTitle, batchSubject, planToken } = asked
    const whenFree = asked.whenFree === true && batchTitle === undefined
    const { subjects, log } = this.#options
    const fitting: Subject[] = []
    const skipped: SkippedImage[] = [...(asked.leftOut ?? [])]
    for (const imageId of new Set(imageIds)) {
      const answer = subjects.fit(imageId, request)
      if (answer.fits) {
        const { path, volume, treatedAsRaw } = answer
        fitting.push({ imageId, path, volume, treatedAsRaw })
      } else skipped.push({ path: answer.path, reason: skipWords(answer.reason) })
    }
    const { jobs, batchId } = this.#records.insert({
      request,
      subjects: fitting,
      whenFree,
      batch:
        batchTitle === undefined
          ? undefined
          : { title: batchTitle, subject: batchSubject, request, skipped },
    })
    const agreed: Agreed | undefined = whenFree ? { kind: 'batch' } : agreedOf(planToken, batchId)
    for (const [index, job] of jobs.entries()) {
      const { volume = '' } = fitting[index] ?? {}
      this.#enqueue(job, request, volume, agreed)
    }
    log.info('jobs queued', { kind: request.kind, jobs: jobs.length, skipped: skipped.length })
    this.#pump()
    return { jobIds: jobs.map(({ id }) => id), batchId, skipped: skipped.length }
  }

  /** One job on what the caller knows to fit, such as an image that is made by it. Answers with its id. */
  startOne({ request, planToken, ...subject }: StartOne): string {
    const [job] = this.#records.insert({ request, subjects: [subject] }).jobs
    if (job === undefined) throw new TypeError('a job was not stored')
    this.#enqueue(job, request, subject.volume, agreedOf(planToken, undefined))
    this.#options.log.info('jobs queued', { kind: request.kind, jobs: 1, skipped: 0 })
    this.#pump()
    return job.id
  }

  /** A job that has ended already stays as it is. */
  cancel(jobId: string): void {
    this.#each({ jobId }, (open) => this.#cancel(open))
  }

  cancelBatch(batchId: string): void {
    this.#each({ batchId }, (open) => this.#cancel(open))
    this.#holdBatch(batchId, false)
  }

  /** Cancels everything; resolves when it has ended, or did not by the time that closing may take. */
  async cancelAndSettle(): Promise<void> {
    const ends = Array.from(this.#open.values(), ({ ended }) => ended)
    this.#each({}, (open) => this.#cancel(open))
    await inTime(Promise.all(ends), closingTime)
  }

  /** What runs stands still at its next turn, what waits goes on waiting; other jobs take its place. */
  pause(jobId: string): void {
    this.#each({ jobId }, (open) => {
      const { state, waitsFor } = open.job
      if (state === 'running') this.#stand(open)
      if (state !== 'queued' || waitsFor !== undefined) return
      this.#scheduler.hold(open.number, true)
      this.#records.change(open, { state: 'paused' })
    })
  }

  pauseBatch(batchId: string): void {
    if (!this.isBatchOpen(batchId)) return
    this.#holdBatch(batchId, true)
    this.#each({ batchId }, (open) => {
      // What waits is held by its lane: thousands of rows need not be written for it.
      if (open.job.state === 'running') this.#stand(open)
    })
  }

  resume(jobId: string): void {
    this.#each({ jobId }, (open) => this.#goOn(open))
  }

  resumeBatch(batchId: string): void {
    this.#holdBatch(batchId, false)
    this.#each({ batchId }, (open) => this.#goOn(open))
  }

  /** Tells an ended job once more: something else about it changed, such as whether it can be taken back. */
  tellAgain(jobId: string): void {
    this.#records.tellAgain(jobId)
  }

  /** Jobs that wait until nobody else has their image open. */
  waitingForUse(): readonly { readonly jobId: string; readonly imageId: number }[] {
    return Array.from(this.#open.values()).flatMap(({ job: { id: jobId, imageId, waitsFor } }) =>
      waitsFor === undefined ? [] : [{ jobId, imageId }],
    )
  }

  /** Who is waited for now; undefined: a program that does not say. */
  holderIs(jobId: string, holder: string | undefined): void {
    const open = this.#open.get(jobId)
    if (open?.job.waitsFor === undefined || open.job.waitsFor.holder === holder) return
    this.#records.waits(open, holder === undefined ? {} : { holder })
  }

  /** Nobody else has the image open: from now on it waits its turn as others do. */
  letGo(jobId: string): void {
    const open = this.#open.get(jobId)
    if (open?.job.waitsFor === undefined) return
    this.#records.waits(open, undefined)
    this.#scheduler.hold(open.number, false)
    this.#pump()
  }

  /** Call after a change of the limits. */
  limitChanged(): void {
    this.#pump()
  }

  /**
   * Stops everything, each at its next safe point; what has not ended becomes interrupted. Nothing is written to
   * the database afterwards.
   */
  async close(): Promise<void> {
    this.#closed = true
    const ends = Array.from(this.#open.values(), (open) => {
      open.stop()
      return open.ended
    })
    await inTime(Promise.all(ends), closingTime)
    const interrupted = interruptOpenJobs(this.#options.db, this.#now())
    if (interrupted > 0) this.#options.log.info('jobs interrupted by the end', { interrupted })
    this.#open.clear()
  }

  #enqueue(job: Job, request: AnyRequest, volume: string, agreed: Agreed | undefined): void {
    const { log } = this.#options
    const open = new OpenJob({
      job,
      request,
      agreed,
      volume,
      log: log.child({ job: job.id, kind: request.kind, image: job.imagePath }),
      onStand: (standing) => this.#hasStood(standing),
    })
    this.#open.set(job.id, open)
    this.#line(open)
    this.changes.tell({ type: 'job', job })
  }

  #line(open: OpenJob): void {
    const { job, request, volume, number: jobId } = open
    const writes = 'parameters' in request
    this.#scheduler.add({ jobId, imageId: job.imageId, lane: laneOf(job), volume, writes })
    this.#scheduler.hold(jobId, job.waitsFor !== undefined)
  }

  /** One transaction for all, and one look for who may start. */
  #each(
    { jobId, batchId }: { readonly jobId?: string; readonly batchId?: string },
    act: (open: OpenJob) => void,
  ): void {
    this.#options.db.transaction(() => {
      if (jobId === undefined) {
        // Those that end while it is walked through leave the map, which is fine with it.
        for (const open of this.#open.values()) {
          if (batchId === undefined || open.job.batchId === batchId) act(open)
        }
        return
      }
      const open = this.#open.get(jobId)
      if (open !== undefined) act(open)
    })
    this.#pump()
  }

  #cancel(open: OpenJob): void {
    if (this.#scheduler.remove(open.number)) {
      this.#end(open, { state: 'cancelled', summary: 'Cancelled before it started' }, 'cancelled')
      return
    }
    if (open.job.state === 'cancelling') return
    this.#records.change(open, { state: 'cancelling' })
    this.#scheduler.stands(open.number, false)
    open.stop()
  }

  #stand(open: OpenJob): void {
    this.#records.change(open, { state: 'pausing' })
    open.log.info('job is to stand still')
    open.hold.want()
  }

  #hasStood(open: OpenJob): void {
    if (open.job.state !== 'pausing') return
    open.time.stand()
    this.#records.change(open, { state: 'paused' })
    open.log.info('job stands still')
    this.#scheduler.stands(open.number, true)
    this.#pump()
  }

  #goOn(open: OpenJob): void {
    const { state } = open.job
    if (state !== 'paused' && state !== 'pausing') return
    if (this.#scheduler.waits(open.number)) {
      this.#scheduler.hold(open.number, false)
      this.#records.change(open, { state: 'queued' })
      return
    }
    this.#scheduler.stands(open.number, false)
    open.time.goOn()
    this.#records.change(open, { state: 'running' })
    open.log.info('job goes on')
    open.hold.release()
  }

  #holdBatch(batchId: string, isHeld: boolean): void {
    this.#scheduler.holdLane(laneOf({ batchId }), isHeld && this.isBatchOpen(batchId))
    this.#records.pauseBatch(batchId, isHeld)
  }

  #pump(): void {
    if (this.#closed) return
    for (let next = this.#scheduler.next(); next !== undefined; next = this.#scheduler.next()) {
      const open = this.#open.get(String(next.jobId))
      if (open !== undefined) open.ended = this.#run(open)
    }
  }

  async #run(open: OpenJob): Promise<void> {
    await this.#runner.run(open)
    this.#scheduler.finished(open.number)
    if (open.job.waitsFor !== undefined && this.#open.has(open.job.id)) this.#line(open)
    this.#pump()
  }

  /** What waited when the last run ended goes on waiting. */
  #wait(job: Job): void {
    if (job.waitsFor === undefined) return
    const request = jobRequest.safeParse(job.request)
    if (!request.success) return
    const answer = this.#options.subjects.fit(job.imageId, request.data)
    this.#enqueue(job, request.data, answer.fits ? answer.volume : '', { kind: 'batch' })
  }

  #end(...end: Parameters<JobRecords['end']>): void {
    const [open] = end
    this.#open.delete(open.job.id)
    const batchId = this.#records.end(...end)
    if (batchId !== undefined) this.#scheduler.holdLane(laneOf({ batchId }), false)
  }
}

function agreedOf(planToken: string | undefined, batchId: string | undefined): Agreed | undefined {
  if (planToken !== undefined) return { kind: 'plan', token: planToken }
  return batchId === undefined ? undefined : { kind: 'batch' }
}

/** Resolves when `work` does, or after `ms`. */
async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
