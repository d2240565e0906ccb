import { once } from 'node:events'
import type { WriteStream } from 'node:tty'

/** The reader of our output went away (`platter list | head`): stop quietly. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/**
 * One of the two standard streams: collects small writes, waits while the reader is slow, and turns a
 * reader that went away into OutputClosed.
 */
export class TextOutput {
  /** Someone looks at it, so widths, colours and redrawn lines make sense. */
  readonly isTerminal: boolean
  readonly usesColour: boolean
  readonly #stream: NodeJS.WriteStream
  #pending = ''
  #closed = false

  constructor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv) {
    this.#stream = stream
    this.isTerminal = stream.isTTY
    // https://no-color.org: any value but the empty one.
    this.usesColour =
      stream.isTTY && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
      this.#closed = true
    })
  }

  /** Columns of the terminal; undefined when there is none. */
  get width(): number | undefined {
    return this.isTerminal ? (this.#stream as WriteStream).columns : undefined
  }

  /** Collects; `flush` or the next large write sends. */
  async write(text: string): Promise<void> {
    this.#pending += text
    if (this.#pending.length >= 65_536) await this.flush()
  }

  async line(text = ''): Promise<void> {
    await this.write(`${text}\n`)
  }

  /** At once and without waiting: for progress, which is worthless later. */
  draw(text: string): void {
    if (!this.#closed) this.#stream.write(text)
  }

  async flush(): Promise<void> {
    const text = this.#pending
    this.#pending = ''
    if (this.#closed) throw new OutputClosed()
    if (text === '') return
    if (!this.#stream.write(text)) {
      await Promise.race([once(this.#stream, 'drain'), once(this.#stream, 'close')])
    }
    if (this.#closed) throw new OutputClosed()
  }
}
