import type { ShellEvent } from '../ipc/schemas/app.ts'

/** Events kept for a window that is still starting; more would be a defect, and oldest go first. */
const earlyLimit = 100

/**
 * What the shell wants the windows to do, delivered to every window that listens. What happens before
 * the first one listens (files opened from the desktop start the app) waits for it.
 */
export class ShellEvents {
  readonly #listeners = new Set<(event: ShellEvent) => void>()
  #early: ShellEvent[] = []

  send(event: ShellEvent): void {
    if (this.#listeners.size === 0) {
      this.#early = [...this.#early, event].slice(-earlyLimit)
    }
    for (const listener of this.#listeners) listener(event)
  }

  /** Resolves when the signal aborts. */
  async forward(emit: (event: ShellEvent) => Promise<void>, signal: AbortSignal): Promise<void> {
    const queue = this.#early
    this.#early = []
    let next = Promise.withResolvers<void>()
    const listener = (event: ShellEvent): void => {
      queue.push(event)
      next.resolve()
    }
    const onAbort = (): void => next.resolve()
    this.#listeners.add(listener)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      while (!signal.aborted) {
        const event = queue.shift()
        if (event === undefined) {
          await next.promise
          next = Promise.withResolvers()
        } else {
          await emit(event)
        }
      }
    } finally {
      this.#listeners.delete(listener)
      signal.removeEventListener('abort', onAbort)
    }
  }
}
