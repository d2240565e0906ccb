import { invariant } from './assert.ts'

/** A set of whole numbers from 0 up to `length` (below 2^32), one bit of memory each. */
export class BitSet {
  readonly length: number
  readonly #words: Uint32Array
  #size = 0

  constructor(length: number) {
    invariant(length <= 2 ** 32, 'a bit set holds numbers of 32 bits')
    this.length = length
    this.#words = new Uint32Array(Math.ceil(length / 32))
  }

  /** How many numbers are in the set. */
  get size(): number {
    return this.#size
  }

  has(value: number): boolean {
    if (value >= this.length) return false
    return (((this.#words[value >>> 5] ?? 0) >>> (value & 31)) & 1) === 1
  }

  add(value: number): void {
    invariant(value >= 0 && value < this.length, 'only numbers below the length are in a bit set')
    const at = value >>> 5
    const word = this.#words[at] ?? 0
    const bit = 1 << (value & 31)
    if ((word & bit) !== 0) return
    this.#words[at] = word | bit
    this.#size++
  }

  delete(value: number): void {
    if (!this.has(value)) return
    const at = value >>> 5
    this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (value & 31))
    this.#size--
  }

  /** The first member at or above `from`; undefined when there is none. Skips empty words. */
  next(from: number): number | undefined {
    for (let value = from; value < this.length;) {
      const rest = (this.#words[value >>> 5] ?? 0) >>> (value & 31)
      if (rest !== 0) return value + 31 - Math.clz32(rest & -rest)
      value += 32 - (value & 31)
    }
    return undefined
  }
}
