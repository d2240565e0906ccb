import { describe, expect, it } from 'vitest'
import { FixedRanges } from '../../../../../core/qcow2/tables/fixed-ranges.ts'

describe('fixed ranges', () => {
  const ranges = new FixedRanges([
    { offset: 100, bytes: 10 },
    { offset: 20, bytes: 10 },
    { offset: 25, bytes: 15 },
    { offset: 60, bytes: 0 },
    { offset: 2 ** 64, bytes: 2 ** 25 },
  ])

  it.each([
    [0, 20, undefined],
    [0, 21, 20],
    [39, 50, 39],
    [40, 100, undefined],
    [40, 101, 100],
    [59, 61, undefined],
    [110, 2 ** 53, undefined],
    [2 ** 64, 2 ** 65, 2 ** 64],
  ])('know the first of their bytes in [%d, %d): %s', (from, to, first) => {
    expect(ranges.firstIn(from, to)).toBe(first)
  })

  it('may be none', () => {
    expect(new FixedRanges([]).firstIn(0, 1)).toBeUndefined()
  })
})
