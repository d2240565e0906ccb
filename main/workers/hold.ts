import { ImageError } from '../../core/index.ts'

/**
 * Between whoever starts work and the work itself: the wish that it stands still for a while, and the word that
 * it does. One for each piece of work. Holds no timer; a cancel needs the work's own signal.
 */
export class Hold {
  readonly #onStand: () => void
  readonly #listeners = new Set<() => void>()
  #isWanted = false
  #isStanding = false

  /** `onStand` is called each time the work has come to a stand. */
  constructor(onStand: () => void = () => undefined) {
    this.#onStand = onStand
  }

  get isWanted(): boolean {
    return this.#isWanted
  }

  get isStanding(): boolean {
    return this.#isStanding
  }

  want(): void {
    this.#set(true)
  }

  release(): void {
    this.#isStanding = false
    this.#set(false)
  }

  /** The work says that it stands; a wish that was withdrawn meanwhile makes that no longer true. */
  stands(): void {
    if (!this.#isWanted || this.#isStanding) return
    this.#isStanding = true
    this.#onStand()
  }

  /** Called after each change of the wish. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** For work on this thread, at each of its turns: waits while a stand is wanted. Throws `cancelled`. */
  async pass(signal?: AbortSignal): Promise<void> {
    throwIfStopped(signal)
    while (this.#isWanted) {
      this.stands()
      await this.#nextChange(signal)
      throwIfStopped(signal)
    }
  }

  #nextChange(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stop()
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const stop = this.onChange(wake)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  #set(isWanted: boolean): void {
    if (this.#isWanted === isWanted) return
    this.#isWanted = isWanted
    for (const listener of this.#listeners) listener()
  }
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ImageError('cancelled')
}
