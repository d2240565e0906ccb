import type { Clock } from '../../base/clock.ts'

/** Times that somebody waits for, by name, one of each at most. */
export class Alarms<Name extends string> {
  readonly #clock: Clock
  readonly #set = new Map<Name, Disposable>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  has(name: Name): boolean {
    return this.#set.has(name)
  }

  /** Calls `then` in `ms`, unless one of that name is set already. */
  set(name: Name, ms: number, then: () => void): void {
    if (this.#set.has(name)) return
    const timer = this.#clock.after(ms, () => {
      this.#set.delete(name)
      then()
    })
    this.#set.set(name, timer)
  }

  clear(): void {
    for (const timer of this.#set.values()) timer[Symbol.dispose]()
    this.#set.clear()
  }
}
