import { expect, test } from 'vitest'
import { ExtentJoiner } from '../../../../core/operations/extent-joiner.ts'
import type { MapExtent } from '../../../../core/operations/map-extent.ts'

const extent = (start: number, length: number, facts: Partial<MapExtent> = {}): MapExtent => ({
  start,
  length,
  depth: 0,
  present: true,
  zero: false,
  data: true,
  compressed: false,
  offset: undefined,
  filename: undefined,
  ...facts,
})

function join(extents: readonly MapExtent[]): MapExtent[] {
  const joiner = new ExtentJoiner()
  const joined = extents.flatMap((next) => joiner.push(next) ?? [])
  return [...joined, ...[joiner.finish() ?? []].flat()]
}

test('neighbours that are alike become one', () => {
  expect(join([extent(0, 10), extent(10, 20), extent(30, 5)])).toEqual([extent(0, 35)])
})

test('stored runs join only where the file goes on, too', () => {
  const a = extent(0, 10, { offset: 100, filename: 'a' })
  expect(join([a, extent(10, 10, { offset: 110, filename: 'a' })])).toEqual([{ ...a, length: 20 }])
  const apart = [a, extent(10, 10, { offset: 120, filename: 'a' })]
  expect(join(apart)).toEqual(apart)
  const otherFile = [a, extent(10, 10, { offset: 110, filename: 'b' })]
  expect(join(otherFile)).toEqual(otherFile)
  const withoutPlace = [a, extent(10, 10)]
  expect(join(withoutPlace)).toEqual(withoutPlace)
})

test.each([
  ['depth', { depth: 1 }],
  ['present', { present: false }],
  ['zero', { zero: true }],
  ['data', { data: false }],
  ['compressed', { compressed: true }],
])('a difference in %s keeps them apart', (_name, difference) => {
  const apart = [extent(0, 1), extent(1, 1, difference)]
  expect(join(apart)).toEqual(apart)
})

test('nothing in, nothing out', () => {
  expect(join([])).toEqual([])
})
