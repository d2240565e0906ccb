import { isAllZero } from '../base/zeroes.ts'
import type { WritableFile } from './writable-file.ts'

/** What file systems keep space in: shorter zeroes in the middle of data save nothing. */
const BLOCK = 4096

/**
 * Writes to a new file and leaves out what is zero: blocks of 4 KiB that hold nothing else stay holes. The
 * file has to read as zeroes where it was not written yet. Its length is the caller's to set.
 */
export class SparseWriter {
  readonly #file: WritableFile
  #written = 0
  #lastWrite = Promise.resolve()

  constructor(file: WritableFile) {
    this.#file = file
  }

  /** Bytes that were not left out. */
  get written(): number {
    return this.#written
  }

  /**
   * `bytes` must not change until it resolves; all writes of them have ended when it rejects. One call has its
   * turn after the other: file systems let one thread at a time write to a file, and the others would spend
   * their processors' time waiting for it.
   */
  write(bytes: Uint8Array, at: number): Promise<void> {
    const turn = this.#lastWrite.then(() => this.#write(bytes, at))
    // Whoever made the call hears of its failure; the next one has its turn all the same.
    this.#lastWrite = turn.catch(() => undefined)
    return turn
  }

  async #write(bytes: Uint8Array, at: number): Promise<void> {
    const writes: Promise<void>[] = []
    for (let start = 0; start < bytes.length;) {
      const end = endOfKind(bytes, at, start)
      if (end.isZero) {
        start = end.at
        continue
      }
      this.#written += end.at - start
      writes.push(this.#file.write(bytes.subarray(start, end.at), at + start, 'data'))
      start = end.at
    }
    if (writes.length === 1) return writes[0]
    const results = await Promise.allSettled(writes)
    const failure = results.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }
}

/** Where the blocks that are zero, or the blocks that are not, end which begin with byte `from`. */
function endOfKind(
  bytes: Uint8Array,
  at: number,
  from: number,
): { readonly at: number; readonly isZero: boolean } {
  // Blocks are the file's, not the buffer's.
  let end = Math.min(from + BLOCK - ((at + from) % BLOCK), bytes.length)
  const isZero = isZeroBlock(bytes, from, end)
  while (end < bytes.length) {
    const next = Math.min(end + BLOCK, bytes.length)
    if (isZeroBlock(bytes, end, next) !== isZero) break
    end = next
  }
  return { at: end, isZero }
}

/** Most blocks of data show it at once, and looking at one byte is cheaper than a call. */
const isZeroBlock = (bytes: Uint8Array, from: number, to: number): boolean =>
  bytes[from] === 0 && bytes[to - 1] === 0 && isAllZero(bytes.subarray(from, to))
