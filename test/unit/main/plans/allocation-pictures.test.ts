import { expect, test } from 'vitest'
import type { AllocationClass, AllocationSummary } from '../../../../core/index.ts'
import type { EngineTasks } from '../../../../main/jobs/engine-host.ts'
import { allocationOf, coarse, picturesOf } from '../../../../main/plans/allocation-pictures.ts'
import { Hold } from '../../../../main/workers/hold.ts'
import { WorkerPool } from '../../../../main/workers/worker-pool.ts'

const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64')

/** A disk whose first half holds data, in as many buckets. */
function halfFull(bucketCount: number): AllocationSummary {
  const none = base64(Array.from({ length: bucketCount }, () => 0))
  const half = (isData: boolean): string =>
    base64(
      Array.from({ length: bucketCount }, (_, index) =>
        index < bucketCount / 2 === isData ? 255 : 0,
      ),
    )
  const bytes = bucketCount * 512
  return {
    virtualSize: bytes,
    bucketBytes: 512,
    bucketCount,
    shares: {
      data: half(true),
      compressed: none,
      zero: none,
      backing: none,
      unallocated: half(false),
    },
    totals: { data: bytes / 2, compressed: 0, zero: 0, backing: 0, unallocated: bytes / 2 },
    extentCount: 2,
  }
}

const sharesOf = ({ shares }: { shares: Record<AllocationClass, string> }, of: AllocationClass) => [
  ...Buffer.from(shares[of], 'base64'),
]

test('a picture for a receipt has the mean of what its few buckets stand for', () => {
  const picture = coarse(halfFull(16_384))
  expect(picture).toMatchObject({ bucketCount: 256, bucketBytes: 32_768 })
  expect(sharesOf(picture, 'data').slice(126, 130)).toEqual([255, 255, 0, 0])
  // An odd number of buckets, of which the last one stands for fewer, and the middle one for both.
  const odd = coarse(halfFull(301))
  expect(odd).toMatchObject({ bucketCount: 151, bucketBytes: 1024 })
  expect(sharesOf(odd, 'data').slice(74, 77)).toEqual([255, 128, 0])
  expect(sharesOf(odd, 'unallocated').at(-1)).toBe(255)
  // A small one stays as it is.
  expect(coarse(halfFull(8))).toEqual(halfFull(8))
  expect(coarse(halfFull(0))).toMatchObject({ bucketCount: 0 })
})

test('two looks make pictures where something is stored in another way', () => {
  const before = halfFull(4)
  const after = { ...before, totals: { ...before.totals, data: 512, zero: 512 } }
  expect(picturesOf(before, after)?.after.totals).toMatchObject({ data: 512, zero: 512 })
  expect(picturesOf(before, before)).toBeUndefined()
  expect(picturesOf(undefined, after)).toBeUndefined()
})

test('work that is cancelled while it is looked at is cancelled, and did not fail', async () => {
  // Nothing that was cancelled before reaches a thread: none is started.
  const url = new URL('../../../../main/jobs/engine-worker.ts', import.meta.url)
  const host = new WorkerPool<EngineTasks>({ url, size: () => 1 })
  const image = {
    path: '/images/disk.raw',
    identity: '1:2',
    format: 'raw',
    links: 'deny',
  } as const
  const stopped = { host, signal: AbortSignal.abort(), hold: new Hold() }
  await expect(allocationOf(image, stopped)).rejects.toMatchObject({ reason: 'cancelled' })
  await host.close()
})
