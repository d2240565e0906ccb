import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CountPages, PAGE_CLUSTERS } from '../../../../../core/qcow2/restructure/count-pages.ts'

const clusters = 3 * PAGE_CLUSTERS
const most = 1000

/** Ranges that begin and end at the edges of pages, too. */
const place = fc.oneof(
  fc.integer({ min: 0, max: clusters - 1 }),
  fc.constantFrom(0, PAGE_CLUSTERS - 1, PAGE_CLUSTERS, 2 * PAGE_CLUSTERS),
)
const length = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.constantFrom(PAGE_CLUSTERS, PAGE_CLUSTERS + 1),
)
const step = fc.record({
  first: place,
  length,
  delta: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -300, max: 300 })),
})

test('packed counts are the counts of a plain array, and refuse what leaves their bounds', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12 }),
      fc.integer({ min: 0, max: 5 }),
      (steps, base) => {
        const counts = new CountPages({ source: () => base, budget: 2 ** 24 })
        const plain = new Uint32Array(clusters).fill(base)
        for (const { first, length: wanted, delta } of steps) {
          const end = Math.min(clusters, first + wanted)
          const wrong = plain
            .subarray(first, end)
            .findIndex((count) => count + delta < 0 || count + delta > most)
          const stop = wrong < 0 ? end : first + wrong
          for (let at = first; at < stop; at++) plain[at] = (plain[at] ?? 0) + delta
          const fault = counts.add(first, end - first, delta, { least: 0, most })
          expect(fault?.cluster).toBe(wrong < 0 ? undefined : stop)
        }
        const found = Uint32Array.from(plain, (_, cluster) => counts.get(cluster))
        expect(found.findIndex((count, cluster) => count !== plain[cluster])).toBe(-1)
        for (let page = 0; page < clusters; page += PAGE_CLUSTERS) {
          const uniform = counts.uniform(page, page + PAGE_CLUSTERS)
          const differs = plain
            .subarray(page, page + PAGE_CLUSTERS)
            .some((count) => count !== uniform)
          expect(uniform !== undefined && differs).toBe(false)
        }
      },
    ),
    { numRuns: 60, seed: 20_260_101 },
  )
})

test('pages with many different counts cost memory, and no more than was allowed', () => {
  const counts = new CountPages({ source: () => 0, budget: 16 * 1024 })
  const bounds = { least: 0, most: Infinity }
  expect(counts.add(0, 100 * PAGE_CLUSTERS, 5, bounds)).toBeUndefined()
  // One bit a cluster: 4 KiB a page.
  counts.add(100 * PAGE_CLUSTERS, 1, 1, bounds)
  counts.add(101 * PAGE_CLUSTERS, 1, 1, bounds)
  expect(() => counts.add(102 * PAGE_CLUSTERS, 1, 5000, bounds)).toThrow(
    expect.objectContaining({ reason: 'image-too-large' }),
  )
})
