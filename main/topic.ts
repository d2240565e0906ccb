/** Tells everyone who listens, in the order they came. */
export class Topic<Event> {
  readonly #listeners = new Set<(event: Event) => void>()
  readonly #onThrown: ((error: unknown) => void) | undefined

  /**
   * `onThrown` hears of a listener that throws, which keeps the others and whoever tells from nothing. Without it, the
   * first error is thrown once everyone was told.
   */
  constructor(onThrown?: (error: unknown) => void) {
    this.#onThrown = onThrown
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns the function that ends it. */
  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(event: Event): void {
    const thrown: unknown[] = []
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        if (this.#onThrown === undefined) thrown.push(error)
        else this.#onThrown(error)
      }
    }
    if (thrown.length > 0) throw thrown[0]
  }
}
