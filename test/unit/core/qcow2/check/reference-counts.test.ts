import { describe, expect, it } from 'vitest'
import { pageClusters, ReferenceCounts } from '../../../../../core/qcow2/check/reference-counts.ts'
import { seededRandom } from '../../../../helpers/random.ts'

const roomy = { first: 0, max: 65_535, budget: 2 ** 26 }

describe('counting references', () => {
  it('agrees with a plain map over random runs', () => {
    const random = seededRandom(7)
    const counts = new ReferenceCounts(roomy)
    const naive = new Map<number, number>()
    for (let round = 0; round < 400; round++) {
      const start = random.below(3 * pageClusters)
      const length = 1 + random.below(random.chance(0.1) ? pageClusters : 40)
      const times = random.chance(0.2) ? 1 + random.below(500) : 1
      counts.add(start, length, times)
      for (let at = start; at < start + length; at++) naive.set(at, (naive.get(at) ?? 0) + times)
    }
    for (let at = 0; at < 4 * pageClusters; at += 7) expect(counts.get(at)).toBe(naive.get(at) ?? 0)
    expect(counts.hasShared).toBe(true)
  })

  it('tells how many references did not fit', () => {
    const counts = new ReferenceCounts({ ...roomy, max: 3 })
    expect(counts.add(5, 1, 2)).toBe(0)
    expect(counts.add(5, 1, 4)).toBe(3)
    expect(counts.get(5)).toBe(3)
  })

  it('counts far beyond 16 bits', () => {
    const counts = new ReferenceCounts({ ...roomy, max: 2 ** 32 - 1 })
    counts.add(1, 1, 70_000)
    counts.add(1, 1, 1)
    expect(counts.get(1)).toBe(70_001)
  })

  it('sees stretches that have one count throughout', () => {
    const counts = new ReferenceCounts(roomy)
    expect(counts.uniform(0, pageClusters)).toBe(0)
    counts.add(0, pageClusters)
    expect(counts.uniform(0, pageClusters)).toBe(1)
    expect(counts.uniform(64, 32)).toBe(1)
    counts.add(3, 1)
    expect(counts.uniform(0, pageClusters)).toBeUndefined()
  })

  it('sees counts above one throughout, and one that is not', () => {
    const counts = new ReferenceCounts(roomy)
    counts.add(0, pageClusters, 3)
    expect(counts.uniform(0, pageClusters)).toBe(3)
    expect(counts.uniform(5, 1)).toBe(3)
    counts.add(100, 1)
    expect(counts.uniform(0, pageClusters)).toBeUndefined()
  })

  it('gives up the highest pages when the budget is spent, and says from where on', () => {
    const bitsOfOnePage = pageClusters / 8
    const counts = new ReferenceCounts({ ...roomy, budget: 2 * bitsOfOnePage })
    for (let page = 0; page < 4; page++) counts.add(page * pageClusters, 1)
    expect(counts.end).toBe(2 * pageClusters)
    expect(counts.get(0)).toBe(1)
    expect(counts.touchedEnd).toBe(3 * pageClusters + 1)
  })
})
