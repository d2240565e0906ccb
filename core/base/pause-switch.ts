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

  /** `onStand` is called when the operation has come to a stand. */
  constructor(onStand?: () => void) {
    this.#onStand = onStand
  }

  get isPaused(): boolean {
    return this.#paused
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
      while (this.#paused) {
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
      const wake = () => {
        this.#waiting.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }
}
