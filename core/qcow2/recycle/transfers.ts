/** Reads and writes of held clusters that are under way: who needs them ended waits for that. */
export class Transfers {
  readonly #running = new Set<Promise<void>>()

  /** Runs `work`, and settles with it. */
  run(work: () => Promise<void>): Promise<void> {
    const run = work()
    const watched = run.then(
      () => {},
      () => {},
    )
    this.#running.add(watched)
    void watched.then(() => this.#running.delete(watched))
    return run
  }

  /** Waits for those that run now; throws nothing. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }
}
