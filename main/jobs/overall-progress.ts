import type { Job, JobProgress, JobState } from '../../ipc/schemas/job.ts'
import type { JobChange } from './queue.ts'
import { isEnded } from './job.ts'

/** How the taskbar colours it: all that was begun stands still, or something of it failed. */
export type OverallState = 'working' | 'paused' | 'failed'

/**
 * How far all work together is: each job counts the same, from the moment something runs until nothing
 * is left. Undefined when nothing runs or waits.
 */
export class OverallProgress {
  readonly #open = new Map<string, { share: number; state: JobState }>()
  #ended = 0
  #hasFailed = false

  get fraction(): number | undefined {
    if (this.#open.size === 0) return undefined
    let done = this.#ended
    for (const { share } of this.#open.values()) done += share
    return done / (this.#ended + this.#open.size)
  }

  get state(): OverallState {
    if (this.#hasFailed) return 'failed'
    let isPaused = false
    for (const { state } of this.#open.values()) {
      if (state === 'running' || state === 'pausing' || state === 'cancelling') return 'working'
      isPaused ||= state === 'paused'
    }
    return isPaused ? 'paused' : 'working'
  }

  follow(change: JobChange): void {
    switch (change.type) {
      case 'job':
        this.#jobChanged(change.job)
        break
      case 'progress': {
        const open = this.#open.get(change.id)
        if (open !== undefined) open.share = shareOf(change.progress)
        break
      }
      case 'batch':
        break
    }
  }

  #jobChanged({ id, state }: Job): void {
    if (!isEnded(state)) {
      const open = this.#open.get(id)
      if (open === undefined) this.#open.set(id, { share: 0, state })
      else open.state = state
      return
    }
    if (this.#open.delete(id)) {
      this.#ended += 1
      this.#hasFailed ||= state === 'failed'
    }
    if (this.#open.size > 0) return
    this.#ended = 0
    this.#hasFailed = false
  }
}

/** Of the whole work where it tells, else of its present phase. */
const shareOf = ({ share, done, total }: JobProgress): number =>
  share ?? (total === 0 ? 0 : Math.min(1, done / total))
