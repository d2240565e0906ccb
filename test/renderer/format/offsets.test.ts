import { expect, test } from 'vitest'
import { formatOffset, formatRange } from '../../../renderer/format/offsets.ts'

test('offsets are hexadecimal, beyond 32 bits too', () => {
  expect(formatOffset(0)).toBe('0x0')
  expect(formatOffset(0x1f0000)).toBe('0x1f0000')
  expect(formatOffset(2 ** 40)).toBe('0x10000000000')
})

test('a range ends where the next one begins', () => {
  expect(formatRange(0x10000, 0x10000)).toBe('0x10000 – 0x20000')
})
