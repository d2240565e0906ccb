import type { RefcountAccess } from '../format/refcount-block.ts'

interface CountSearch {
  readonly from: number
  readonly order: number
  readonly access: RefcountAccess
}

/**
 * Index of the first count of zero at or after `from` in a refcount block, -1 when there is none. A zero
 * looks the same in either byte order, so counts of whole bytes are searched natively.
 */
export function findZeroCount(
  block: Uint8Array<ArrayBuffer>,
  { from, order, access }: CountSearch,
): number {
  const { buffer, byteOffset, byteLength } = block
  switch (order) {
    case 3:
      return block.indexOf(0, from)
    case 4:
      return new Uint16Array(buffer, byteOffset, byteLength / 2).indexOf(0, from)
    case 5:
      return new Uint32Array(buffer, byteOffset, byteLength / 4).indexOf(0, from)
    case 6:
      return new BigUint64Array(buffer, byteOffset, byteLength / 8).indexOf(0n, from)
    default: {
      const entries = (byteLength * 8) / 2 ** order
      for (let index = from; index < entries; index++) {
        if (access.get(block, index) === 0) return index
      }
      return -1
    }
  }
}

/** Index of the first count that is not zero at or after `from` and before `to`, else `to`. */
export function findCount(
  block: Uint8Array<ArrayBuffer>,
  { from, to, order, access }: CountSearch & { readonly to: number },
): number {
  const words = new Uint32Array(block.buffer, block.byteOffset, block.byteLength / 4)
  // How many counts lie in 32 bits; of counts of 64 bits every second step is in the middle of one.
  const perWord = 32 / Math.min(2 ** order, 32)
  const wordsPerCount = order === 6 ? 2 : 1
  for (let index = from; index < to;) {
    if (
      index % perWord === 0 &&
      isZeroWord(words, (index / perWord) * wordsPerCount, wordsPerCount)
    ) {
      index += perWord
    } else if (access.get(block, index) === 0) index++
    else return index
  }
  return Math.max(from, to)
}

const isZeroWord = (words: Uint32Array, at: number, count: number): boolean =>
  words[at] === 0 && (count === 1 || words[at + 1] === 0)
