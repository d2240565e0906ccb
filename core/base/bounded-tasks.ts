/**
 * Runs promises side by side, `width` at most, for loops that find their work as they go:
 * `await tasks.add(() => …)` waits for a free place, `await tasks.finish()` for the rest. The first
 * failure is thrown by the next call. Who leaves early awaits `settled()` first, so that no task writes
 * into a buffer whose owner has gone on.
 */
export class BoundedTasks {
  readonly #width: number
  readonly #running = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  constructor(width: number) {
    this.#width = width
  }

  /** Whether `add` would wait. */
  get isFull(): boolean {
    return this.#running.size >= this.#width
  }

  async add(task: () => Promise<void>): Promise<void> {
    while (this.isFull) await Promise.race(this.#running)
    this.#throwFailure()
    const run = this.#watch(task)
    this.#running.add(run)
    void run.finally(() => this.#running.delete(run))
  }

  async finish(): Promise<void> {
    await this.settled()
    this.#throwFailure()
  }

  /** Waits until nothing runs any more; throws nothing. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #watch(task: () => Promise<void>): Promise<void> {
    try {
      await task()
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
