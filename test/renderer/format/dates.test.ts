import { expect, test } from 'vitest'
import { exactDate, relativeDate } from '../../../renderer/format/dates.ts'

const now = new Date(2026, 10, 21, 14, 2, 9).getTime()
const minutes = (count: number): number => count * 60_000

test.each([
  [0, 'just now'],
  [minutes(5), '5 min ago'],
  [minutes(60), '1 hour ago'],
  [minutes(60 * 23 + 59), '23 hours ago'],
  [minutes(60 * 24), '1 day ago'],
  [minutes(60 * 24 * 41), '41 days ago'],
])('%d ms ago reads %s', (age, text) => {
  expect(relativeDate(now - age, now)).toBe(text)
})

test('what is long ago is a date', () => {
  expect(relativeDate(now - minutes(60 * 24 * 90), now)).toBe('23 Aug 2026')
})

test('a clock that is a few seconds ahead is not the future, a day ahead is a date', () => {
  expect(relativeDate(now + 5000, now)).toBe('just now')
  expect(relativeDate(now + minutes(60 * 24), now)).toBe('22 Nov 2026, 14:02:09')
})

test('an exact date has day, month in letters, year and seconds', () => {
  expect(exactDate(now)).toBe('21 Nov 2026, 14:02:09')
})
