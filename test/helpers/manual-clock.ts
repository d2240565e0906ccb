import type { Clock } from '../../core/base/clock.ts'

interface Alarm {
  readonly at: number
  readonly wake: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #alarms = new Set<Alarm>()
  #now = 0

  now(): number {
    return this.#now
  }

  after(ms: number, wake: () => void): Disposable {
    const alarm = { at: this.#now + ms, wake }
    this.#alarms.add(alarm)
    return {
      [Symbol.dispose]: () => {
        this.#alarms.delete(alarm)
      },
    }
  }

  /** How many wait for a time to come. */
  get waiting(): number {
    return this.#alarms.size
  }

  /** Lets `ms` pass: wakes who waited for a time in it, the earliest first. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= until)
      const next = due.reduce<Alarm | undefined>(
        (first, alarm) => (first === undefined || alarm.at < first.at ? alarm : first),
        undefined,
      )
      if (next === undefined) break
      this.#alarms.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.wake()
    }
    this.#now = until
  }
}
