import { expect, test } from 'vitest'
import { counted, formatPercent } from '../../../renderer/format/counts.ts'

test('a count agrees with its noun', () => {
  expect(counted(0, 'image')).toBe('0 images')
  expect(counted(1, 'image')).toBe('1 image')
  expect(counted(1204, 'image')).toBe('1,204 images')
  expect(counted(2, 'entry')).toBe('2 entries')
})

test.each([
  [0, '0 %'],
  [0.0001, '< 1 %'],
  [0.43, '43 %'],
  [0.9999, '99 %'],
  [1, '100 %'],
  [Number.NaN, '0 %'],
])('a share of %d reads %s: nothing and all of it are told apart from nearly', (share, text) => {
  expect(formatPercent(share)).toBe(text)
})
