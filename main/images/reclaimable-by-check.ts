import type { CheckResult } from '../../core/index.ts'
import type { FileState, Reclaimable } from '../history/images.ts'

/**
 * What a check saw that compacting would give back for certain: leaked clusters, and what lies behind the last
 * cluster in use. Zeroes and what a guest let go of are not in it, so it is no exact number.
 */
export function reclaimableByCheck(
  { leakedBytes, imageEndOffset }: Pick<CheckResult, 'leakedBytes' | 'imageEndOffset'>,
  { modifiedAt, length }: FileState,
  at: number,
): Reclaimable {
  const tail = Math.max(0, length - imageEndOffset)
  return {
    bytes: leakedBytes + tail,
    at,
    isExact: false,
    isLeast: true,
    file: { modifiedAt, length },
  }
}
