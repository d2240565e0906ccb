import { alignDown } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { readWordTable } from '../word-table.ts'
import { writeWords } from '../tables/write-words.ts'

/** Patches of one window are written together: neighbours in a table mostly change together. */
const WINDOW = 4096

/** Bits of an entry that are no offset (L1, L2 and bitmap tables alike). */
const flagsHigh = 0xff00_0000
const flagsLow = 0x1ff

/**
 * New values for words of 64 bits in tables, gathered and then written in the order of the file. A word
 * never crosses a sector, so each of them is old or new after a power cut, whatever becomes of the write.
 */
export class PointerPatches {
  readonly #at: number[] = []
  readonly #high: number[] = []
  readonly #low: number[] = []
  readonly #keepsFlags: boolean[] = []
  readonly #tags: IoTag[] = []

  get count(): number {
    return this.#at.length
  }

  /** The word at host offset `at` refers to `offset` from now on; its flags stay as they are. */
  refer(at: number, offset: number, tag: IoTag): void {
    this.set(at, Math.floor(offset / HIGH_UNIT), offset % HIGH_UNIT, tag)
    this.#keepsFlags[this.#at.length - 1] = true
  }

  /** The whole word at host offset `at`. */
  set(at: number, high: number, low: number, tag: IoTag): void {
    this.#at.push(at)
    this.#high.push(high)
    this.#low.push(low)
    this.#keepsFlags.push(false)
    this.#tags.push(tag)
  }

  /** Writes all of them, and forgets them. */
  apply(file: WritableFile): void {
    const order = Uint32Array.from(this.#at.keys()).toSorted(
      (one, other) => (this.#at[one] ?? 0) - (this.#at[other] ?? 0),
    )
    for (let from = 0; from < order.length;) {
      const start = this.#at[order[from] ?? 0] ?? 0
      const end = alignDown(start, WINDOW) + WINDOW
      let to = from + 1
      for (; to < order.length; to++) {
        const at = this.#at[order[to] ?? 0] ?? 0
        // Extensions of the header may lie askew to its fields.
        if (at >= end || (at - start) % 8 !== 0) break
      }
      this.#write(file, order.subarray(from, to))
      from = to
    }
    this.clear()
  }

  clear(): void {
    for (const list of [this.#at, this.#high, this.#low, this.#keepsFlags, this.#tags]) {
      list.length = 0
    }
  }

  #write(file: WritableFile, patches: Uint32Array): void {
    const start = this.#at[patches[0] ?? 0] ?? 0
    const end = (this.#at[patches.at(-1) ?? 0] ?? 0) + 8
    const tag = this.#tags[patches[0] ?? 0] ?? 'l2-table'
    const words = readWordTable(file, { at: start, entries: (end - start) / 8, tag })
    for (const patch of patches) {
      const low = ((this.#at[patch] ?? 0) - start) / 4
      const keeps = this.#keepsFlags[patch] === true
      words[low] = (this.#low[patch] ?? 0) | (keeps ? (words[low] ?? 0) & flagsLow : 0)
      words[low + 1] = (this.#high[patch] ?? 0) | (keeps ? (words[low + 1] ?? 0) & flagsHigh : 0)
    }
    writeWords(file, words, { at: start, from: 0, to: end - start, tag })
  }
}
