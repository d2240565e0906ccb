import { createHash } from 'node:crypto'

const blockBytes = 64 * 1024

/**
 * The digest of data that docs/COMPACTION.md describes under "Proof", written down a second time: of a disk of
 * `length` bytes with this content at its offsets (multiples of 64 KiB) and zeroes elsewhere.
 */
export function dataDigest(
  length: number,
  parts: readonly { readonly at: number; readonly bytes: Buffer }[],
): string {
  const hash = createHash('sha256')
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    return bytes
  }
  for (const { at, bytes } of parts) {
    for (let from = 0; from < bytes.length; from += blockBytes) {
      const block = bytes.subarray(from, from + blockBytes)
      if (block.some((byte) => byte !== 0)) {
        hash.update(number((at + from) / blockBytes)).update(block)
      }
    }
  }
  return hash.update(number(length)).digest('hex')
}
