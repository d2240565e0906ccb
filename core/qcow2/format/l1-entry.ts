import { HIGH_UNIT, word64, type Word64 } from '../../base/word64.ts'
import { hostOffset, type HostOffset } from '../../units.ts'

/**
 * An L1 table entry (qcow2 specification, "L1 table entry"):
 *
 *     63       62    56 55                      9 8        0
 *     COPIED | reserved | offset of an L2 table  | reserved
 */
export interface L1Entry {
  /** The L2 table's refcount is exactly one. */
  readonly copied: boolean
  /** 0 when the whole range of the entry is unallocated. */
  readonly l2Offset: HostOffset
  /** Bits that must be 0, as they stand. */
  readonly reserved: Word64
}

export const COPIED_HIGH = 0x8000_0000

/** Host offset in bits 9 to 55 of an L1 or standard L2 entry: exact, for only 47 bits can be set. */
export const entryOffset = (high: number, low: number): number =>
  (high & 0x00ff_ffff) * HIGH_UNIT + ((low & 0xffff_fe00) >>> 0)

const l1ReservedBits = (high: number, low: number): Word64 =>
  word64(high & 0x7f00_0000, low & 0x1ff)

export const decodeL1Entry = ({ high, low }: Word64): L1Entry => ({
  copied: (high & COPIED_HIGH) !== 0,
  l2Offset: hostOffset(entryOffset(high, low)),
  reserved: l1ReservedBits(high, low),
})

export const encodeL1Entry = ({ copied, l2Offset, reserved }: L1Entry): Word64 =>
  word64(
    (copied ? COPIED_HIGH : 0) | Math.floor(l2Offset / HIGH_UNIT) | reserved.high,
    (l2Offset % HIGH_UNIT) | reserved.low,
  )
