import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatPlural,
} from '../../../../core/index.ts'

describe('quantities in words', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [150 * 1024 ** 2 + 400_000, '150 MiB'],
    [20 * 1024 ** 3, '20 GiB'],
    [Number.MAX_SAFE_INTEGER, '8 PiB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words)
  })

  it.each([
    [0, '0.0 s'],
    [9940, '9.9 s'],
    [9960, '10 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms are %s', (milliseconds, words) => {
    expect(formatDuration(milliseconds)).toBe(words)
  })

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [-4_194_304, '-4,194,304'],
    [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
  ])('%d in groups is %s', (count, words) => {
    expect(formatCount(count)).toBe(words)
  })

  it('counts one and many', () => {
    expect(formatPlural(1, 'image')).toBe('1 image')
    expect(formatPlural(1204, 'image')).toBe('1,204 images')
    expect(formatPlural(2, 'image wastes', 'images waste')).toBe('2 images waste')
  })

  it('names an instant the same everywhere', () => {
    expect(formatInstant(Date.UTC(2026, 2, 1, 14, 5, 9))).toBe('2026-03-01 14:05:09 UTC')
  })
})
