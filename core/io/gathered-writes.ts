import { write as writeFd, writev as writevFd } from 'node:fs'
import process from 'node:process'

interface Waiting {
  readonly from: Uint8Array
  readonly at: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** So much goes to the system at once: more would leave the other threads of the pool without work. */
const RUN_BYTES = 1024 * 1024

/**
 * Writes to one file, gathered: those that were asked for in the same turn of the event loop and lie one
 * behind the other go to the system together. Handing a request to a thread costs as much as copying the
 * 64 KiB it is about, and a guest that writes a file has dozens of them under way.
 *
 * As with single writes, nothing is said about their order. When one call fails, all that was in it has
 * failed: what of it is in the file is not known.
 */
export class GatheredWrites {
  readonly #fd: () => number
  #waiting: Waiting[] = []

  /** `fd` is asked when the writes begin, and may throw. */
  constructor(fd: () => number) {
    this.#fd = fd
  }

  /** Resolves when all of `from` is written; rejects with the system's error. */
  write(from: Uint8Array, at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      // After all promises of this turn have run, so that whoever goes on in it is in time.
      if (this.#waiting.length === 0) process.nextTick(() => this.#begin())
      this.#waiting.push({ from, at, resolve, reject })
    })
  }

  #begin(): void {
    const waiting = this.#waiting
    this.#waiting = []
    let run: Waiting[] = []
    let start = 0
    let end = 0
    for (const each of waiting) {
      const follows = each.at === end && end - start + each.from.length <= RUN_BYTES
      if (!follows && run.length > 0) {
        this.#write(run, start)
        run = []
      }
      if (run.length === 0) start = each.at
      run.push(each)
      end = each.at + each.from.length
    }
    this.#write(run, start)
  }

  #write(run: readonly Waiting[], at: number): void {
    const finish = (error: unknown): void => {
      for (const { resolve, reject } of run) {
        if (error === null) resolve()
        else reject(error)
      }
    }
    try {
      writeAll(this.#fd(), { pieces: run.map(({ from }) => from), at }, finish)
    } catch (error) {
      finish(error)
    }
  }
}

interface Pieces {
  readonly pieces: readonly Uint8Array[]
  readonly at: number
}

/** Goes on after a short write until all is written. `finish` gets null when it is. */
function writeAll(fd: number, { pieces, at }: Pieces, finish: (error: unknown) => void): void {
  const goOn = (error: Error | null, count: number): void => {
    if (error !== null) {
      finish(error)
      return
    }
    const rest = behind(pieces, count)
    if (rest.length === 0) finish(null)
    // It would be tried for ever.
    else if (count === 0) finish(new Error('a write took nothing and reported no error'))
    else writeAll(fd, { pieces: rest, at: at + count }, finish)
  }
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) writeFd(fd, only, 0, only.length, at, goOn)
  else writevFd(fd, pieces, at, goOn)
}

/** What is left of the pieces after `count` bytes. */
function behind(pieces: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skip = count
  for (const [index, piece] of pieces.entries()) {
    if (skip < piece.length) return [piece.subarray(skip), ...pieces.slice(index + 1)]
    skip -= piece.length
  }
  return []
}
