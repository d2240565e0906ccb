import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellAt, distanceAt } from '../../../renderer/features/map/hilbert.ts'

const everyCell = (order: number) =>
  Array.from({ length: 4 ** order }, (_, distance) => cellAt(order, distance))

test('the curve visits every cell of the picture once', () => {
  const cells = everyCell(7)
  expect(new Set(cells.map(({ x, y }) => y * 128 + x)).size).toBe(16_384)
  expect(cells.every(({ x, y }) => x >= 0 && x < 128 && y >= 0 && y < 128)).toBe(true)
})

test('neighbours on the disk are neighbours in the picture', () => {
  const cells = everyCell(6)
  const steps = cells.slice(1).map(({ x, y }, index) => {
    const before = cells[index] ?? { x, y }
    return Math.abs(x - before.x) + Math.abs(y - before.y)
  })
  expect(new Set(steps)).toEqual(new Set([1]))
})

const place = fc
  .integer({ min: 1, max: 7 })
  .chain((order) => fc.tuple(fc.constant(order), fc.integer({ min: 0, max: 4 ** order - 1 })))

test('pointing at a cell finds the place on the disk it was drawn for', () => {
  fc.assert(
    fc.property(place, ([order, distance]) => {
      expect(distanceAt(order, cellAt(order, distance))).toBe(distance)
    }),
  )
})

test('a disk of one bucket is one cell', () => {
  expect(cellAt(0, 0)).toEqual({ x: 0, y: 0 })
})
