import { fstatSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
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
    if (!isOpen(fd) || isOfNode(fd)) {
      throw new UsageError(`--progress-fd ${fd}: that file descriptor is not open.`)
    }
    if (isForReading(fd)) {
      throw new UsageError(`--progress-fd ${fd}: that file descriptor is open for reading only.`)
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

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd)
    return true
  } catch {
    return false
  }
}

/**
 * Whether Node opened it for itself: what it waits with, and pipes that it has both ends of. It takes what comes out
 * of them for addresses, so that a line in one ends the process. Only Linux tells.
 */
function isOfNode(fd: number): boolean {
  const target = targetOf(fd)
  if (target === undefined) return false
  if (target.startsWith('anon_inode:')) return true
  if (!target.startsWith('pipe:')) return false
  return readdirSync('/proc/self/fd')
    .map(Number)
    .some((other) => other !== fd && targetOf(other) === target && isForReading(other))
}

function targetOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

/** Of its flags, in octal, the last digit is how it was opened. */
function isForReading(fd: number): boolean {
  try {
    return /^flags:\s*[0-7]*0$/m.test(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))
  } catch {
    return false
  }
}
