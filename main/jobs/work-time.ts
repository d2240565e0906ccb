/** Time in which work went on: what it stood still does not count, so that a pause spoils no estimate. */
export class WorkTime {
  readonly #now: () => number
  #stood = 0
  #standsSince: number | undefined

  /** `now` in milliseconds, never going back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  now(): number {
    return (this.#standsSince ?? this.#now()) - this.#stood
  }

  stand(): void {
    this.#standsSince ??= this.#now()
  }

  goOn(): void {
    if (this.#standsSince === undefined) return
    this.#stood += this.#now() - this.#standsSince
    this.#standsSince = undefined
  }
}
