import type { RefcountAccess } from '../format/refcount-block.ts'

/**
 * Index of the first count of zero at or after `from` in a refcount block, -1 when there is none. A zero
 * looks the same in either byte order, so counts of whole bytes are searched natively.
 */
export function findZeroCount(
  block: Uint8Array<ArrayBuffer>,
  {
    from,
    order,
    access,
  }: { readonly from: number; readonly order: number; readonly access: RefcountAccess },
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
