import { describe, expect, it } from 'vitest'
import { refcountAccess } from '../../../../../core/qcow2/format/refcount-block.ts'
import { findCount, findZeroCount } from '../../../../../core/qcow2/tables/find-zero.ts'
import { seededRandom } from '../../../../helpers/random.ts'

describe.each([0, 1, 2, 3, 4, 5, 6])('in a block of counts of 2^%i bits', (order) => {
  const access = refcountAccess(order)
  const entries = (512 * 8) / 2 ** order

  it('zeroes and counts are found as one by one', () => {
    const random = seededRandom(order)
    for (let round = 0; round < 60; round++) {
      const block = new Uint8Array(512)
      const share = random.pick([0, 0.01, 0.5, 1])
      for (let index = 0; index < entries; index++) {
        // The lowest and the highest count, for a search that looks at a part of them only.
        const count = random.pick([1, access.max])
        if (random.chance(share)) access.set(block, index, count)
      }
      for (let look = 0; look < 20; look++) {
        const from = random.below(entries)
        const to = from + random.below(entries - from + 1)
        let [zero, counted] = [from, from]
        while (zero < entries && access.get(block, zero) !== 0) zero++
        while (counted < to && access.get(block, counted) === 0) counted++
        expect(findZeroCount(block, { from, order, access })).toBe(zero < entries ? zero : -1)
        expect(findCount(block, { from, to, order, access })).toBe(counted)
      }
    }
  })
})
