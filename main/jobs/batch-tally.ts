import type { BatchCounters } from '../../ipc/schemas/job.ts'
import type { JobOutcome } from './job-summary.ts'

/** The live counters of one batch. */
export class BatchTally {
  #counters: BatchCounters

  private constructor(counters: BatchCounters) {
    this.#counters = counters
  }

  static begin(
    batch: Pick<BatchCounters, 'id' | 'kind' | 'title' | 'startedAt' | 'total' | 'skipped'>,
  ): BatchTally {
    return new BatchTally({
      ...batch,
      ...(batch.total === 0 ? { endedAt: batch.startedAt } : {}),
      done: 0,
      ok: 0,
      leaks: 0,
      damaged: 0,
      unreadable: 0,
      nothing: 0,
      failed: 0,
      cancelled: 0,
    })
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

  /** Whether that changed something. */
  pause(isPaused: boolean): boolean {
    if ((this.#counters.paused ?? false) === isPaused) return false
    const { paused: _before, ...counters } = this.#counters
    this.#counters = isPaused ? { ...counters, paused: true } : counters
    return true
  }
}
