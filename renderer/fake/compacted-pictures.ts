import type { AllocationPictures } from '../../ipc/schemas/change.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { madeUpAllocation } from './image-details.ts'

/** A disk of whose data every fourth stretch turned out to be zeroes. */
export function compactedPictures(row: LibraryRow): AllocationPictures {
  const before = madeUpAllocation(row)
  // Bytes as characters, one each.
  const data = atob(before.shares.data).split('')
  const zero = atob(before.shares.zero).split('')
  for (const [index, share] of data.entries()) {
    if (Math.floor(index / 300) % 4 !== 1 || share === '\0') continue
    zero[index] = share
    data[index] = '\0'
  }
  const moved = Math.floor(before.totals.data / 4)
  return {
    before,
    after: {
      ...before,
      shares: { ...before.shares, data: btoa(data.join('')), zero: btoa(zero.join('')) },
      totals: {
        ...before.totals,
        data: before.totals.data - moved,
        zero: before.totals.zero + moved,
      },
    },
  }
}
