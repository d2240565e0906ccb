import type { ShellEvent } from '../ipc/schemas/app.ts'

/** Events kept for a window that is still starting; more would be a defect, and oldest go first. */
const earlyLimit = 100

/** An image's own window, by the image's id; the windows of the library are `undefined`. */
export type WindowOf = number | undefined

interface Listener {
  readonly windowOf: WindowOf
  readonly hear: (event: ShellEvent) => void
}

/**
 * What the shell wants the windows to do: delivered to every window of the library that listens, or to the window of
 * one image. What happens before the first window of the library listens (files opened from the desktop start the
 * app) waits for it.
 */
export class ShellEvents {
  readonly #listeners = new Set<Listener>()
  #early: ShellEvent[] = []

  send(event: ShellEvent, to?: WindowOf): void {
    const listeners = [...this.#listeners].filter(({ windowOf }) => windowOf === to)
    if (listeners.length === 0 && to === undefined) {
      this.#early = [...this.#early, event].slice(-earlyLimit)
    }
    for (const { hear } of listeners) hear(event)
  }

  /** Resolves when the signal aborts. */
  async forward(
    emit: (event: ShellEvent) => Promise<void>,
    signal: AbortSignal,
    windowOf?: WindowOf,
  ): Promise<void> {
    const queue: ShellEvent[] = []
    if (windowOf === undefined) queue.push(...this.#early.splice(0))
    let next = Promise.withResolvers<void>()
    const listener: Listener = {
      windowOf,
      hear: (event) => {
        queue.push(event)
        next.resolve()
      },
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
