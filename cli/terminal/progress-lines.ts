import { fstatSync, writeSync } from 'node:fs'
import { UsageError } from '../usage-error.ts'

const STDOUT = 1

/** JSON lines on a descriptor that a program reads. */
export class ProgressLines {
  readonly #fd: number
  /** What the reader did not take of the last line: without it the next one would be no JSON. */
  #rest = Buffer.alloc(0)

  /** Throws UsageError when the descriptor is not open, or is the one that the answer goes to. */
  constructor(fd: number) {
    this.#fd = fd
    if (fd === STDOUT) {
      throw new UsageError(
        '--progress-fd 1: standard output is for the answer. Take another descriptor.',
      )
    }
    try {
      fstatSync(fd)
    } catch {
      throw new UsageError(`--progress-fd ${fd}: that file descriptor is not open.`)
    }
  }

  /** A reader that is slow or gone misses lines; the work is what counts. */
  send(value: unknown): void {
    this.#rest = this.#rest.subarray(this.#write(this.#rest))
    if (this.#rest.length > 0) return
    const line = Buffer.from(`${JSON.stringify(value)}\n`)
    const written = this.#write(line)
    if (written > 0) this.#rest = line.subarray(written)
  }

  /** How much was taken; none of it by one that is busy (EAGAIN) or gone (EPIPE). */
  #write(bytes: Buffer): number {
    if (bytes.length === 0) return 0
    try {
      return writeSync(this.#fd, bytes)
    } catch {
      return 0
    }
  }
}
