import { setTimeout as delay } from 'node:timers/promises'

/** Changes are sent together, at most so often: a batch of small jobs makes thousands of them a second. */
const restTime = 50

/** Says that there is something to send; keeps nothing itself, so a slow window costs no memory. */
export class Pulse {
  #next = Promise.withResolvers<void>()

  ring(): void {
    this.#next.resolve()
  }

  /** Resolves when it rang since the last time, after a short rest. Rejects when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#next.resolve()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.#next.promise
      signal.throwIfAborted()
      await delay(restTime, undefined, { signal })
    } finally {
      signal.removeEventListener('abort', stop)
    }
    this.#next = Promise.withResolvers()
  }
}
