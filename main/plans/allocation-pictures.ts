import { Buffer } from 'node:buffer'
import { allocationClasses, ImageError, type AllocationSummary } from '../../core/index.ts'
import type { AllocationPictures } from '../../ipc/schemas/change.ts'
import type { WorkContext } from './draft.ts'
import type { Subject } from './subject.ts'

/** A strip in a receipt is no wider than twice as many pixels; the record keeps it for ever. */
const shownBuckets = 256

/**
 * Where the disk holds data, now; undefined when nobody can say: work goes on without a picture. Rejects with `cancelled`
 * when the work itself was.
 */
export async function allocationOf(
  image: Subject['image'],
  { host, signal, hold }: Pick<WorkContext, 'host' | 'signal' | 'hold'>,
): Promise<AllocationSummary | undefined> {
  try {
    return (await host.run('map', image, { signal, hold })).result
  } catch (error) {
    if (signal.aborted && ImageError.from(error).kind === 'cancelled') throw error
    return undefined
  }
}

/** What changed between two looks at one disk; undefined when nothing did. */
export function picturesOf(
  before: AllocationSummary | undefined,
  after: AllocationSummary | undefined,
): AllocationPictures | undefined {
  if (before === undefined || after === undefined) return undefined
  const isSame = allocationClasses.every((name) => before.totals[name] === after.totals[name])
  return isSame ? undefined : { before: coarse(before), after: coarse(after) }
}

/** The same with fewer buckets, each the mean of those it stands for. */
export function coarse(summary: AllocationSummary): AllocationPictures['before'] {
  const { virtualSize, bucketBytes, bucketCount, shares, totals, extentCount } = summary
  let merged = 1
  while (Math.ceil(bucketCount / merged) > shownBuckets) merged *= 2
  const perClass = (name: (typeof allocationClasses)[number]): string => {
    const fine = Buffer.from(shares[name], 'base64')
    const means = Uint8Array.from({ length: Math.ceil(bucketCount / merged) }, (_, index) => {
      const part = fine.subarray(index * merged, (index + 1) * merged)
      return Math.round(part.reduce((sum, share) => sum + share, 0) / Math.max(1, part.length))
    })
    return Buffer.from(means).toString('base64')
  }
  return {
    virtualSize,
    bucketBytes: bucketBytes * merged,
    bucketCount: Math.ceil(bucketCount / merged),
    shares: {
      data: perClass('data'),
      compressed: perClass('compressed'),
      zero: perClass('zero'),
      backing: perClass('backing'),
      unallocated: perClass('unallocated'),
    },
    totals: { ...totals },
    extentCount,
  }
}
