import { WriteStream } from 'node:tty'

/** Output that nobody takes any more ends the run, whatever else there is to do. */
export abstract class OutputError extends Error {}

/** The reader of our output went away (`platter list | head`): stop quietly. */
export class OutputClosed extends OutputError {
  override readonly name = 'OutputClosed'
}

/** Our output is a file that takes no more; `message` is the errno. */
export class OutputFailed extends OutputError {
  override readonly name = 'OutputFailed'
}

/**
 * One of the two standard streams: collects small writes, waits while the reader is slow. What went
 * wrong with it is thrown by the next `flush`: OutputClosed or OutputFailed.
 */
export class TextOutput {
  /** Someone looks at it, so widths, colours and redrawn lines make sense. */
  readonly isTerminal: boolean
  readonly usesColour: boolean
  /** Its locale is one of UTF-8, so that more than ASCII can be drawn. */
  readonly usesUnicode: boolean
  readonly #stream: NodeJS.WriteStream
  #pending = ''
  #endsLine = true
  #beforeText: (() => void) | undefined
  /** EPIPE when the reader went away; ENOSPC and the like when it is a file. */
  #failure: string | undefined

  constructor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv) {
    this.#stream = stream
    this.isTerminal = stream instanceof WriteStream
    // https://no-color.org: any value but the empty one.
    this.usesColour =
      this.isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
    const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || ''
    this.usesUnicode = process.platform === 'win32' || /utf-?8/i.test(locale)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code ?? 'EIO'
    })
  }

  /** Columns of the terminal; undefined when there is none. */
  get width(): number | undefined {
    return this.isTerminal ? this.#stream.columns : undefined
  }

  /** Whether what was sent so far ends with a whole line. */
  get endsLine(): boolean {
    return this.#endsLine
  }

  /** Calls `clear` before text is sent, until it is told otherwise: for what is drawn on the same terminal. */
  beforeText(clear: (() => void) | undefined): void {
    this.#beforeText = clear
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
    if (this.#failure === undefined) this.#stream.write(text)
  }

  async flush(): Promise<void> {
    const text = this.#pending
    this.#pending = ''
    this.#throwFailure()
    if (text === '') return
    this.#beforeText?.()
    this.#endsLine = text.endsWith('\n')
    if (!this.#stream.write(text)) await this.#drained()
    this.#throwFailure()
  }

  /** The reader caught up, or will never do. */
  #drained(): Promise<void> {
    const stream = this.#stream
    return new Promise((resolve) => {
      const events = ['drain', 'close', 'error'] as const
      const settle = (): void => {
        for (const event of events) stream.off(event, settle)
        resolve()
      }
      for (const event of events) stream.on(event, settle)
    })
  }

  #throwFailure(): void {
    if (this.#failure === 'EPIPE' || this.#failure === 'ERR_STREAM_DESTROYED') {
      throw new OutputClosed()
    }
    if (this.#failure !== undefined) throw new OutputFailed(this.#failure)
  }
}
