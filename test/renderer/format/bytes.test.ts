import { describe, expect, test } from 'vitest'
import { exactBytes, formatBytes, formatChosenBytes } from '../../../renderer/format/bytes.ts'

describe('sizes', () => {
  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [65536, '64 KiB'],
    [40 * 1024 ** 3, '40 GiB'],
    [19_542_310_912, '18.2 GiB'],
    [48.25 * 1024 ** 4, '48.3 TiB'],
    [870 * 1024 ** 3, '870 GiB'],
    [1000 * 1024 ** 3, '1,000 GiB'],
    [Number.MAX_SAFE_INTEGER, '8 PiB'],
  ])('%d in binary units read %s', (bytes, text) => {
    expect(formatBytes(bytes, 'binary')).toBe(text)
  })

  test.each([
    [40 * 1024 ** 3, '40 GiB'],
    [10.25 * 1024 ** 3, '10.25 GiB'],
    [1566 * 1024 ** 2, '1,566 MiB'],
    [1_602_576.5 * 1024, '1.5 GiB'],
    [512, '512 bytes'],
    [0, '0 bytes'],
  ])('%d was chosen and reads %s', (bytes, text) => {
    expect(formatChosenBytes(bytes, 'binary')).toBe(text)
  })

  test.each([
    [999, '999 bytes'],
    [1000, '1 kB'],
    [40 * 1024 ** 3, '42.9 GB'],
    [1_000_000_000_000, '1 TB'],
  ])('%d in decimal units read %s', (bytes, text) => {
    expect(formatBytes(bytes, 'decimal')).toBe(text)
  })

  test('a value that rounds up to a whole step takes the next unit', () => {
    expect(formatBytes(1024 ** 2 - 1, 'binary')).toBe('1 MiB')
    expect(formatBytes(999_999, 'decimal')).toBe('1 MB')
  })

  test('exact sizes are grouped and never abbreviated', () => {
    expect(exactBytes(19_542_310_912)).toBe('19,542,310,912 bytes')
    expect(exactBytes(1)).toBe('1 byte')
  })
})
