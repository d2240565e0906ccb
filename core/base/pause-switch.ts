import { throwIfAborted } from './abort.ts'

/** What a long operation asks at its turns, to stand still for as long as somebody wants it to. */
export interface PauseGate {
  readonly isPaused: boolean
  /** Resolves once nobody wants a pause any more; throws `cancelled` as soon as the signal says so. */
  untilResumed(signal: AbortSignal | undefined): Promise<void>
}

/** Holds one operation and lets it go on; whoever started the operation keeps it. */
export class PauseSwitch implements PauseGate {
  #paused = false
  #standing = 0
  readonly #waiting = new Set<() => void>()
  readonly #onStand: (() => void) | undefined
  readonly #cancel: AbortSignal | undefined

  /**
   * `onStand` is called when the operation, or a part of it, has come to a stand. `cancel` is the operation's own
   * signal, for those who wait without one: once it is aborted nothing stands any more.
   */
  constructor(onStand?: () => void, cancel?: AbortSignal) {
    this.#onStand = onStand
    this.#cancel = cancel
  }

  get isPaused(): boolean {
    return this.#paused && this.#cancel?.aborted !== true
  }

  /** Whether the operation stands still: `pause` is a wish that is heard at its next turn. */
  get isStanding(): boolean {
    return this.#standing > 0
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    for (const wake of this.#waiting) wake()
  }

  async untilResumed(signal: AbortSignal | undefined): Promise<void> {
    this.#standing++
    try {
      this.#onStand?.()
      while (this.isPaused) {
        throwIfAborted(signal)
        await this.#nextChange(signal)
      }
      throwIfAborted(signal)
    } finally {
      this.#standing--
    }
  }

  #nextChange(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancels = [signal, this.#cancel]
      const wake = () => {
        this.#waiting.delete(wake)
        for (const cancel of cancels) cancel?.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      for (const cancel of cancels) cancel?.addEventListener('abort', wake)
    })
  }
}
