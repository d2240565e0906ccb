import type { WritableFile } from '../../storage/writable-file.ts'

/** A flush in progress cannot be stopped, so none should last longer than a cancel may. */
const WANTED_MS = 100
const MIN_BYTES = 8 * 1024 * 1024
const MAX_BYTES = 256 * 1024 * 1024

/**
 * Flushes a file again and again while it is written, beside the writing, so that the flush that counts, the
 * last one, has little left to do. How much is flushed at once follows from how long that takes.
 */
export class PacedFlush {
  readonly #file: Pick<WritableFile, 'flush'>
  readonly #now: () => number
  #bytes = MIN_BYTES
  #waiting = 0
  #flushing: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(file: Pick<WritableFile, 'flush'>, now: () => number = () => performance.now()) {
    this.#file = file
    this.#now = now
  }

  /** To be told of what was written; waits where the disk cannot follow. Throws what a flush threw. */
  async wrote(bytes: number): Promise<void> {
    this.#waiting += bytes
    if (this.#flushing !== undefined && this.#waiting >= 2 * this.#bytes) await this.#flushing
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#flushing === undefined && this.#waiting >= this.#bytes) {
      this.#waiting = 0
      this.#flushing = this.#flush()
    }
  }

  /** Waits until no flush is under way; throws nothing. */
  async settled(): Promise<void> {
    await this.#flushing
  }

  async #flush(): Promise<void> {
    const begun = this.#now()
    try {
      await this.#file.flush()
      const factor = WANTED_MS / Math.max(this.#now() - begun, 1)
      const next = this.#bytes * Math.min(Math.max(factor, 0.5), 2)
      this.#bytes = Math.min(Math.max(next, MIN_BYTES), MAX_BYTES)
    } catch (error) {
      this.#failure = { error }
    } finally {
      this.#flushing = undefined
    }
  }
}
