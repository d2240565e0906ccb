import { orAborted } from '../../base/or-aborted.ts'
import { throwIfAborted } from '../../base/abort.ts'
import { ImageError } from '../../errors/image-error.ts'

/**
 * Bytes that come once, in pieces of any size, as full buffers. Hears a cancel while nothing comes, and never
 * waits for the source to end then.
 */
export class PipeReader implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #name: string
  readonly #signal: AbortSignal | undefined
  #piece: Uint8Array = new Uint8Array(0)
  #position = 0
  #state: 'open' | 'asked' | 'ended' = 'open'

  constructor(
    input: AsyncIterable<Uint8Array>,
    { name, signal }: { readonly name: string; readonly signal: AbortSignal | undefined },
  ) {
    this.#pieces = input[Symbol.asyncIterator]()
    this.#name = name
    this.#signal = signal
  }

  /** Bytes that were handed out. */
  get position(): number {
    return this.#position
  }

  /** Fills the buffer as far as there are bytes; fewer than its length only at the end. Throws `read-failed`. */
  async fill(into: Uint8Array): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      if (this.#piece.length === 0 && !(await this.#next())) break
      const piece = this.#piece.subarray(0, into.length - filled)
      into.set(piece, filled)
      filled += piece.length
      this.#position += piece.length
      this.#piece = this.#piece.subarray(piece.length)
    }
    return filled
  }

  /** Whether there is another piece. Empty ones are no end. */
  async #next(): Promise<boolean> {
    if (this.#state === 'ended') return false
    throwIfAborted(this.#signal)
    this.#state = 'asked'
    let answer: IteratorResult<Uint8Array>
    try {
      answer = await orAborted(this.#pieces.next(), this.#signal)
    } catch (error) {
      throw this.#inWords(error)
    }
    this.#state = answer.done === true ? 'ended' : 'open'
    if (answer.done !== true) this.#piece = answer.value
    return answer.done !== true
  }

  #inWords(error: unknown): unknown {
    throwIfAborted(this.#signal)
    if (error instanceof ImageError) return error
    const { code } = error as { readonly code?: unknown }
    const errno = typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : 'EIO'
    const facts = { path: this.#name, offset: this.#position, errno }
    return new ImageError('read-failed', facts, { cause: error })
  }

  /** Lets the source go; of one that was asked and has not answered nobody waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'ended') return
    const ended = Promise.resolve(this.#pieces.return?.()).catch(() => undefined)
    if (this.#state === 'open') await ended
  }
}
