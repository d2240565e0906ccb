import type { Job, JobProgress, JobState } from '../../ipc/schemas/job.ts'
import type { JobChange } from './job-records.ts'
import { isEnded } from './job.ts'

/** How the taskbar colours it: all that was begun stands still, or something of it failed. */
export type OverallState = 'working' | 'paused' | 'failed'

interface OpenJob {
  share: number
  state: JobState
  /** What there is to do, in bytes, as far as it has said. */
  bytes: number | undefined
}

/**
 * How far all work together is, by bytes, from the moment something runs until nothing is left: a terabyte that is
 * read counts for more than the megabyte that was. A job that has not said how much there is (one that waits, one
 * that counts otherwise) counts as much as the others do on average. Undefined when nothing runs or waits.
 */
export class OverallProgress {
  readonly #open = new Map<string, OpenJob>()
  readonly #ended: (number | undefined)[] = []
  #atWork = 0
  #paused = 0
  #hasFailed = false

  /** Nothing runs or waits. */
  get isIdle(): boolean {
    return this.#open.size === 0
  }

  /** Looks at every job: not to be asked for at each of thousands of changes. */
  get fraction(): number | undefined {
    if (this.isIdle) return undefined
    const open = [...this.#open.values()]
    const known = [...open.map(({ bytes }) => bytes), ...this.#ended].filter(
      (bytes) => bytes !== undefined,
    )
    const average = known.length === 0 ? 1 : sum(known) / known.length
    const ended = sum(this.#ended.map((bytes) => bytes ?? average))
    const total = ended + sum(open.map(({ bytes }) => bytes ?? average))
    const done = ended + sum(open.map(({ bytes, share }) => share * (bytes ?? average)))
    return done / total
  }

  get state(): OverallState {
    if (this.#hasFailed) return 'failed'
    return this.#atWork === 0 && this.#paused > 0 ? 'paused' : 'working'
  }

  follow(change: JobChange): void {
    switch (change.type) {
      case 'job':
        this.#jobChanged(change.job)
        break
      case 'progress': {
        const open = this.#open.get(change.id)
        if (open === undefined) break
        const { progress } = change
        open.share = shareOf(progress)
        open.bytes = largest(open.bytes, bytesOf(progress))
        break
      }
      case 'batch':
        break
    }
  }

  #jobChanged({ id, state, fileBefore }: Job): void {
    const stored = positive(fileBefore?.onDisk)
    const open = this.#open.get(id)
    if (open !== undefined) this.#count(open.state, -1)
    if (!isEnded(state)) {
      this.#count(state, 1)
      if (open === undefined) this.#open.set(id, { share: 0, state, bytes: stored })
      else {
        open.state = state
        open.bytes ??= stored
      }
      return
    }
    if (open !== undefined) {
      this.#open.delete(id)
      this.#ended.push(open.bytes)
      this.#hasFailed ||= state === 'failed'
    }
    if (this.#open.size > 0) return
    this.#ended.length = 0
    this.#hasFailed = false
  }

  #count(state: JobState, by: 1 | -1): void {
    if (state === 'running' || state === 'pausing' || state === 'cancelling') this.#atWork += by
    if (state === 'paused') this.#paused += by
  }
}

/** Of the whole work where it tells, else of its present phase. */
const shareOf = ({ share, done, total }: JobProgress): number =>
  share ?? (total === 0 ? 0 : Math.min(1, done / total))

const bytesOf = ({ unit, total }: JobProgress): number | undefined =>
  unit === 'bytes' ? positive(total) : undefined

/** Work of no bytes would never count. */
const positive = (bytes: number | undefined): number | undefined =>
  bytes === 0 ? undefined : bytes

/** A job's phases differ in what they read; its longest says what it is. */
const largest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
