/** Tells everyone who listens, in the order they came. */
export class Topic<Event> {
  readonly #listeners = new Set<(event: Event) => void>()

  get hasListeners(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns the function that ends it. */
  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  tell(event: Event): void {
    for (const listener of this.#listeners) listener(event)
  }
}
