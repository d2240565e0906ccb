import type { AnyRequest, Job } from '../../ipc/schemas/job.ts'
import type { Logger } from '../log/logger.ts'
import { Hold } from '../workers/hold.ts'
import type { Agreed } from './perform.ts'
import { WorkTime } from './work-time.ts'

/** A job that has not ended: its record as it is now, and what it takes to run, hold and stop it. */
export class OpenJob {
  job: Job
  readonly request: AnyRequest
  readonly agreed: Agreed | undefined
  /** It waits, also again, while somebody else has its image open. */
  readonly whenFree: boolean
  readonly volume: string
  readonly log: Logger
  readonly controller = new AbortController()
  readonly time = new WorkTime()
  readonly hold: Hold
  /** Settles when the work has ended; nothing before it began. */
  ended: Promise<void> = Promise.resolve()

  constructor(parts: {
    readonly job: Job
    readonly request: AnyRequest
    readonly agreed: Agreed | undefined
    readonly volume: string
    readonly log: Logger
    readonly onStand: (open: OpenJob) => void
  }) {
    this.job = parts.job
    this.request = parts.request
    this.agreed = parts.agreed
    this.whenFree = parts.job.waitsFor !== undefined
    this.volume = parts.volume
    this.log = parts.log
    this.hold = new Hold(() => parts.onStand(this))
  }

  get number(): number {
    return Number(this.job.id)
  }

  /** A cancel must be the first thing that work which stands still notices. */
  stop(): void {
    this.controller.abort()
    this.hold.release()
  }
}

/** The lane a job queues in: that of its batch, or the one for what was asked for alone. */
export const laneOf = ({ batchId }: Pick<Job, 'batchId'>): string =>
  batchId === undefined ? 'single' : `batch ${batchId}`
