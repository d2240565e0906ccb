import { ImageError, ProgressMeter } from '../../core/index.ts'
import type { FileNumbers, JobProgress } from '../../ipc/schemas/job.ts'
import type { EngineHost, FileFacts } from './engine-host.ts'
import type { JobRecords } from './job-records.ts'
import type { JobSubjects } from './job-subjects.ts'
import { failedOutcome } from './job-summary.ts'
import { isEnded } from './job.ts'
import type { OpenJob } from './open-job.ts'
import { perform, type ActionWork, type Performed, type ReportedProgress } from './perform.ts'

export interface JobRunnerOptions {
  readonly host: EngineHost
  readonly subjects: JobSubjects
  readonly actions: ActionWork
  readonly records: JobRecords
  readonly now: () => number
  /** Nothing is written to the database any more. */
  readonly isClosed: () => boolean
  readonly end: (...end: Parameters<JobRecords['end']>) => void
}

/** Does the work of one job, and makes how that went its record. */
export class JobRunner {
  readonly #options: JobRunnerOptions

  constructor(options: JobRunnerOptions) {
    this.#options = options
  }

  /** Never rejects: whatever happens to a job becomes its record. */
  async run(open: OpenJob): Promise<void> {
    const { host, subjects, actions, records, now } = this.#options
    const { id: jobId, imageId } = open.job
    try {
      records.change(open, { state: 'running', startedAt: now() })
      open.log.info('job started')
      const meter = new ProgressMeter(() => open.time.now())
      const performed = await perform(
        { host, subjects, actions },
        { jobId, imageId, request: open.request, agreed: open.agreed },
        {
          signal: open.controller.signal,
          hold: open.hold,
          onEvent: (progress) => this.#progressed(open, meter, progress),
        },
      )
      if (performed.kind === 'done') this.#succeed(open, performed)
      else if (performed.isInUse === true && mayWaitAgain(open)) this.#waitAgain(open)
      else this.#options.end(open, { state: 'skipped', summary: performed.reason }, 'skipped')
    } catch (thrown) {
      const error = ImageError.from(thrown, { path: open.job.imagePath })
      if (error.reason === 'file-in-use' && mayWaitAgain(open)) this.#waitAgain(open)
      else this.#fail(open, error)
    }
  }

  #waitAgain(open: OpenJob): void {
    open.log.info('job waits until nobody else has the image open')
    this.#options.records.change(open, { state: 'queued', startedAt: undefined, waitsFor: {} })
  }

  #succeed(open: OpenJob, performed: Performed): void {
    const { result, summary, outcome, path, before, after, keep } = performed
    this.#options.end(
      open,
      {
        state: 'succeeded',
        ...(path === undefined ? {} : { imagePath: path }),
        summary,
        result,
        fileBefore: numbersOf(before),
        fileAfter: numbersOf(after),
      },
      outcome,
      (endedAt) => keep(this.#options.subjects, { id: open.number, endedAt }),
    )
  }

  #fail(open: OpenJob, error: ImageError): void {
    if (error.kind === 'cancelled' && this.#options.isClosed()) return
    const { title, safety } = error.explanation
    if (error.kind === 'cancelled' && open.job.state === 'cancelling') {
      // Of a change, people want to know what the image is worth now.
      const summary = 'parameters' in open.request ? safety : 'Cancelled'
      this.#options.end(open, { state: 'cancelled', summary }, 'cancelled')
      return
    }
    if (error.kind === 'internal') {
      open.log.error('defect', { code: error.code, cause: String(error.cause) })
    }
    const outcome = failedOutcome(open.request)
    this.#options.end(open, { state: 'failed', summary: title, error: error.toJSON() }, outcome)
  }

  #progressed(open: OpenJob, meter: ProgressMeter, progress: ReportedProgress): void {
    if (isEnded(open.job.state)) return
    const before = open.job.progress
    const { share } = progress
    const measured: JobProgress = {
      ...meter.measure(progress),
      // Whoever reports it, it never falls.
      ...(share === undefined ? {} : { share: Math.min(1, Math.max(share, before?.share ?? 0)) }),
    }
    if (before?.phase !== progress.phase) this.#tellPhase(open, progress)
    this.#options.records.progressed(open, measured)
  }

  /** Of changes always, so that the log tells how far one came; of looks only for us. */
  #tellPhase({ log, request }: OpenJob, { phase, total, unit }: ReportedProgress): void {
    if ('parameters' in request) log.info('job phase', { phase, total, unit })
    else log.debug('job phase', { phase, total, unit })
  }
}

const mayWaitAgain = ({ whenFree, job }: OpenJob): boolean => whenFree && job.state === 'running'

const numbersOf = (facts: FileFacts | undefined): FileNumbers | undefined =>
  facts === undefined
    ? undefined
    : { length: facts.length, onDisk: facts.onDisk, modifiedAt: facts.modifiedAt }
