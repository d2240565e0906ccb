import { pow2 } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'

/** Reads and writes one count of a refcount block; `index` counts clusters from the block's first one. */
export interface RefcountAccess {
  /** Counts past 2^53 - 1 (64-bit counts only) come out rounded. */
  get(block: Uint8Array, index: number): number
  set(block: Uint8Array, index: number, count: number): void
  /** The highest count that fits (2^53 - 1 for 64-bit counts). */
  readonly max: number
}

/**
 * Access to counts of 2^order bits. qcow2 specification, "Refcounts": counts are big-endian, and those of
 * less than a byte are packed from the low bits of each byte up.
 */
export function refcountAccess(order: number): RefcountAccess {
  const access = accessByOrder[order]
  if (access === undefined) throw new RangeError(`refcount order ${order}`)
  return access
}

const byteAt = (block: Uint8Array, at: number): number => block[at] ?? 0

function packed(order: number): RefcountAccess {
  const bits = pow2(order)
  const perByte = 8 / bits
  const max = pow2(bits) - 1
  return {
    max,
    get: (block, index) =>
      (byteAt(block, Math.floor(index / perByte)) >>> ((index % perByte) * bits)) & max,
    set(block, index, count) {
      const at = Math.floor(index / perByte)
      const shift = (index % perByte) * bits
      block[at] = (byteAt(block, at) & ~(max << shift)) | (count << shift)
    },
  }
}

function wholeBytes(bytes: number): RefcountAccess {
  return {
    max: Math.min(256 ** bytes - 1, Number.MAX_SAFE_INTEGER),
    get(block, index) {
      let count = 0
      for (let at = index * bytes; at < (index + 1) * bytes; at++) {
        count = count * 256 + byteAt(block, at)
      }
      return count
    },
    set(block, index, count) {
      let rest = count
      for (let at = (index + 1) * bytes - 1; at >= index * bytes; at--) {
        block[at] = rest % 256
        rest = Math.floor(rest / 256)
      }
    },
  }
}

const accessByOrder: readonly RefcountAccess[] = [
  packed(0),
  packed(1),
  packed(2),
  wholeBytes(1),
  wholeBytes(2),
  wholeBytes(4),
  wholeBytes(8),
]

/** A refcount table entry: where a refcount block is, or 0 for none. Rounded past 2^53. */
export const refcountBlockOffset = (high: number, low: number): number =>
  high * HIGH_UNIT + ((low & 0xffff_fe00) >>> 0)

/** Fills counts of 2^order bits: ones for the first `count` clusters that `block` counts, 0 for the rest. */
export function fillWithOnes(block: Uint8Array, order: number, count: number): void {
  const access = refcountAccess(order)
  const perByte = 8 / pow2(order)
  const clusters = Math.min(block.length * perByte, Math.max(count, 0))
  block.fill(0)
  // Whole groups of eight bytes hold at least one count each, and any of them is a copy of the first.
  const group = 8
  const groups = Math.floor(clusters / perByte / group)
  if (groups > 0) {
    for (let index = 0; index < group * perByte; index++) access.set(block, index, 1)
    for (let filled = group; filled < groups * group; filled *= 2) {
      block.copyWithin(filled, 0, Math.min(filled, groups * group - filled))
    }
  }
  for (let index = groups * group * perByte; index < clusters; index++) access.set(block, index, 1)
}
