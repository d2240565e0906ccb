import { describe, expect, test } from 'vitest'
import { formatDuration, formatTimeLeft } from '../../../renderer/format/durations.ts'

describe('durations', () => {
  test.each([
    [0, '0 ms'],
    [42, '42 ms'],
    [400, '0.4 s'],
    [9949, '9.9 s'],
    [9990, '10 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [12_000_000, '3 h 20 min'],
    [3 * 86_400_000, '3 days'],
  ])('%d ms read %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })
})

describe('the time left', () => {
  test.each([
    [1, 'a few seconds left'],
    [12, 'about 15 s left'],
    [58, 'about 1 min left'],
    [130, 'about 2 min left'],
    [5400, 'about 1.5 h left'],
    [200_000, 'about 2 days left'],
  ])('%d s read "%s"', (seconds, text) => {
    expect(formatTimeLeft(seconds)).toBe(text)
  })
})
