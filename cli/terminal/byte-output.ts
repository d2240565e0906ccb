import { write } from 'node:fs'
import { promisify } from 'node:util'
import { isatty } from 'node:tty'
import { setTimeout as delay } from 'node:timers/promises'
import { OutputClosed, OutputFailed } from './text-output.ts'

const writeBytes = promisify(write)

/** How long to wait for a reader whose end of the pipe does not block. */
const AGAIN_MS = 5

/**
 * Standard output for bytes. Writes go through the thread pool, so that a reader that takes its time
 * never keeps Ctrl-C from being heard; a stream of Node's would write to a pipe on this very thread.
 */
export class ByteOutput {
  readonly #fd: number
  readonly #signal: AbortSignal

  constructor(fd: number, signal: AbortSignal) {
    this.#fd = fd
    this.#signal = signal
  }

  /** Someone would see the bytes as letters. */
  get isTerminal(): boolean {
    return isatty(this.#fd)
  }

  /**
   * Resolves when all bytes were taken; one call at a time. Throws OutputClosed when the reader went
   * away, OutputFailed when it is a file that takes no more, and the signal's reason.
   */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      this.#signal.throwIfAborted()
      try {
        const { bytesWritten } = await writeBytes(this.#fd, bytes, done, bytes.length - done, null)
        done += bytesWritten
      } catch (error) {
        const { code = 'EIO' } = error as NodeJS.ErrnoException
        if (code === 'EPIPE') throw new OutputClosed()
        if (code !== 'EAGAIN') throw new OutputFailed(code)
        await delay(AGAIN_MS)
      }
    }
  }
}
