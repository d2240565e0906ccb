/**
 * A 64-bit value as two unsigned 32-bit halves: exact for every bit pattern, and many times faster than
 * bigint. Flags and table entries are words; offsets and sizes become numbers as soon as they are masked.
 */
export interface Word64 {
  readonly high: number
  readonly low: number
}

export const word64 = (high: number, low: number): Word64 => ({ high: high >>> 0, low: low >>> 0 })

export const zeroWord: Word64 = word64(0, 0)

/** 2^32: what the high half counts in. */
export const HIGH_UNIT = 0x1_0000_0000

/** Exact up to 2^53 - 1; rounded above, which is past the end of any file. */
export const wordToNumber = ({ high, low }: Word64): number => high * HIGH_UNIT + low

/** `value` is a non-negative safe integer. */
export const wordFromNumber = (value: number): Word64 =>
  word64(Math.floor(value / HIGH_UNIT), value % HIGH_UNIT)

/** Whether bit `bit` (0 is the lowest, 63 the highest) is set. */
export const hasBit = ({ high, low }: Word64, bit: number): boolean =>
  bit < 32 ? ((low >>> bit) & 1) === 1 : ((high >>> (bit - 32)) & 1) === 1

/** The numbers of the bits that are set, lowest first. */
export function bitsOf(word: Word64): number[] {
  const bits: number[] = []
  for (let bit = 0; bit < 64; bit++) if (hasBit(word, bit)) bits.push(bit)
  return bits
}

export const isZeroWord = ({ high, low }: Word64): boolean => high === 0 && low === 0

/** `0x` and sixteen digits at most, as people quote table entries. */
export const wordToHex = ({ high, low }: Word64): string =>
  high === 0
    ? `0x${low.toString(16)}`
    : `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`
