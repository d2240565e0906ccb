import type { Job, JobProgress } from '../../ipc/schemas/job.ts'
import type { JobChange } from './queue.ts'
import { isEnded } from './job.ts'

/**
 * How far all work together is: each job counts the same, from the moment something runs until nothing
 * is left. Undefined when nothing runs or waits.
 */
export class OverallProgress {
  readonly #open = new Map<string, number>()
  #ended = 0

  get fraction(): number | undefined {
    if (this.#open.size === 0) return undefined
    let done = this.#ended
    for (const share of this.#open.values()) done += share
    return done / (this.#ended + this.#open.size)
  }

  follow(change: JobChange): void {
    switch (change.type) {
      case 'job':
        this.#jobChanged(change.job)
        break
      case 'progress':
        if (this.#open.has(change.id)) this.#open.set(change.id, shareOf(change.progress))
        break
      case 'batch':
        break
    }
  }

  #jobChanged({ id, state }: Job): void {
    if (!isEnded(state)) {
      if (!this.#open.has(id)) this.#open.set(id, 0)
      return
    }
    if (this.#open.delete(id)) this.#ended += 1
    if (this.#open.size === 0) this.#ended = 0
  }
}

/** Of the whole work where it tells, else of its present phase. */
const shareOf = ({ share, done, total }: JobProgress): number =>
  share ?? (total === 0 ? 0 : Math.min(1, done / total))
