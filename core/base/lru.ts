/**
 * A map that forgets what was used longest ago once the sizes of its values pass a bound. A value larger
 * than the bound is kept alone.
 */
export class LruCache<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #bound: number
  readonly #sizeOf: (value: Value) => number
  #held = 0

  constructor(bound: number, sizeOf: (value: Value) => number) {
    this.#bound = bound
    this.#sizeOf = sizeOf
  }

  /** Sum of the sizes that are held now. */
  get held(): number {
    return this.#held
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    // A Map iterates in the order of insertion: what was used last goes to the end.
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  /** As `get`, without counting as use. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    this.delete(key)
    this.#entries.set(key, value)
    this.#held += this.#sizeOf(value)
    for (const oldest of this.#entries.keys()) {
      if (this.#held <= this.#bound || oldest === key) break
      this.delete(oldest)
    }
  }

  delete(key: Key): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#held -= this.#sizeOf(value)
  }

  /** From the one used longest ago to the latest; looking does not count as use. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#entries.entries()
  }
}
