import { invariant } from '../base/assert.ts'
import { isAllZero } from '../base/zeroes.ts'
import type { Hasher } from './host.ts'

const blockBytes = 64 * 1024

/**
 * The digest of the blocks of 64 KiB that are not all zero (the last one may be shorter), each preceded by
 * its number, then of the length of it all; both numbers are 8 bytes, little-endian. It depends on content
 * alone, not on how zeroes are stored: the same disk has the same one in every file, and, as the length and
 * the numbers say where each block lies, another disk another one. Zeroes that are known cost nothing.
 */
export class DataHasher implements Hasher {
  readonly #hasher: Hasher
  readonly #number = new DataView(new ArrayBuffer(8))
  #length = 0

  constructor(hasher: Hasher) {
    this.#hasher = hasher
  }

  /** All pieces but the last are whole blocks. */
  update(bytes: Uint8Array): void {
    const first = this.#begin()
    for (let at = 0; at < bytes.length; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes)
      if (isAllZero(block)) continue
      this.#hashNumber(first + at / blockBytes)
      this.#hasher.update(block)
    }
    this.#length += bytes.length
  }

  /** All pieces but the last are whole blocks. */
  updateZeroes(length: number): void {
    this.#begin()
    this.#length += length
  }

  digest(): string {
    this.#hashNumber(this.#length)
    return this.#hasher.digest()
  }

  /** The number of the block that comes next. */
  #begin(): number {
    invariant(this.#length % blockBytes === 0, 'only the last piece ends within a block')
    return this.#length / blockBytes
  }

  #hashNumber(value: number): void {
    this.#number.setBigUint64(0, BigInt(value), true)
    this.#hasher.update(new Uint8Array(this.#number.buffer))
  }
}
