import type { BatchCounters } from '../../ipc/schemas/job.ts'
import type { JobOutcome } from './job-summary.ts'

/** The live counters of one batch. */
export class BatchTally {
  #counters: BatchCounters

  constructor(counters: BatchCounters) {
    this.#counters = counters
  }

  get counters(): BatchCounters {
    return this.#counters
  }

  get isDone(): boolean {
    return this.#counters.done >= this.#counters.total
  }

  count(outcome: JobOutcome, endedAt: number): void {
    const { [outcome]: count, done, total } = this.#counters
    this.#counters = {
      ...this.#counters,
      [outcome]: count + 1,
      done: done + 1,
      ...(done + 1 >= total ? { endedAt } : {}),
    }
  }
}
