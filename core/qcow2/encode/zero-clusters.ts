import { isAllZero } from '../../base/zeroes.ts'

/** Whether one cluster of a piece holds zeroes only. Most data shows it at once, cheaper than by a call. */
export const isZeroCluster = (bytes: Uint8Array, from: number, to: number): boolean =>
  bytes[from] === 0 && bytes[to - 1] === 0 && isAllZero(bytes.subarray(from, to))
