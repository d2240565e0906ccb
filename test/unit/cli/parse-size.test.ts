import { describe, expect, it } from 'vitest'
import { parseSize, parseSizeChange } from '../../../cli/parse/size.ts'
import { UsageError } from '../../../cli/usage-error.ts'

describe('a size', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['0x400', 1024],
    ['0X1f', 31],
    ['1K', 1024],
    ['1k', 1024],
    ['1KiB', 1024],
    ['1KB', 1000],
    ['10M', 10 * 2 ** 20],
    ['10MB', 10_000_000],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['.5G', 2 ** 29],
    ['2T', 2 ** 41],
    ['2tb', 2e12],
    ['1P', 2 ** 50],
    ['3PiB', 3 * 2 ** 50],
    ['100B', 100],
    ['1.1G', 1_181_116_006],
    [' 7M ', 7 * 2 ** 20],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each([
    '',
    'x',
    '-1',
    '1.2.3',
    '1X',
    'GiB',
    '1Gi',
    '1e3',
    '0x',
    '0xfg',
    '1 0',
    '١',
    'NaN',
    '8E',
    '9007199254740992',
  ])('%j is refused with the forms that are taken', (text) => {
    expect(() => parseSize(text)).toThrow(UsageError)
    expect(() => parseSize(text)).toThrow(/is not a size\. Write bytes|more than Platter can count/)
  })
})

describe('a change of size', () => {
  it.each([
    ['40G', { kind: 'exactly', bytes: 40 * 2 ** 30 }],
    ['+10G', { kind: 'grow', bytes: 10 * 2 ** 30 }],
    ['-512M', { kind: 'shrink', bytes: 512 * 2 ** 20 }],
    ['0x400', { kind: 'exactly', bytes: 1024 }],
  ] as const)('%j is %j', (text, change) => {
    expect(parseSizeChange(text)).toEqual(change)
  })

  it.each(['+', '-', '+-1', '--5', '+x'])('%j is refused', (text) => {
    expect(() => parseSizeChange(text)).toThrow(UsageError)
  })
})
