import { describe, expect, test } from 'vitest'
import { BitSet } from '../../../../core/base/bit-set.ts'
import { seededRandom } from '../../../helpers/random.ts'

function membersOf(set: BitSet): number[] {
  const members: number[] = []
  for (let at = set.next(0); at !== undefined; at = set.next(at + 1)) members.push(at)
  return members
}

describe('a set of bits', () => {
  test('holds the first and the last number below its length, and nothing beyond', () => {
    const set = new BitSet(65)
    set.add(0)
    set.add(64)
    expect([set.has(0), set.has(63), set.has(64), set.has(65)]).toEqual([true, false, true, false])
    expect(() => set.add(65)).toThrow('below the length')
    expect(set.size).toBe(2)
  })

  test('counts a number once, however often it is added or taken out', () => {
    const set = new BitSet(40)
    set.add(31)
    set.add(31)
    expect(set.size).toBe(1)
    set.delete(31)
    set.delete(31)
    expect([set.size, set.has(31), set.next(0)]).toEqual([0, false, undefined])
  })

  test('goes through its members in order, as a set of JavaScript would', () => {
    const random = seededRandom(7)
    const set = new BitSet(1000)
    const model = new Set<number>()
    for (let turn = 0; turn < 3000; turn++) {
      const value = random.below(1000)
      if (random.chance(0.4)) {
        set.delete(value)
        model.delete(value)
      } else {
        set.add(value)
        model.add(value)
      }
    }
    expect(membersOf(set)).toEqual(Array.from(model).toSorted((a, b) => a - b))
    expect(set.size).toBe(model.size)
  })
})
