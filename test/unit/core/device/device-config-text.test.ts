import { describe, expect, it, test } from 'vitest'
import {
  formatDeviceConfig,
  parseDeviceConfig,
} from '../../../../core/device/device-config-text.ts'
import { deviceConfig } from '../../../../core/device/device-config.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'

const refusal = (text: string): ImageError => {
  try {
    parseDeviceConfig(text)
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error(`${text} was accepted`)
}

describe('the text form of a device configuration', () => {
  it('names every field, with counts in sectors', () => {
    const config = deviceConfig({ id: 'root', discard: true, keepErased: 1_048_576 })
    expect(formatDeviceConfig(config)).toBe(
      'id=root;discard=true;keep_erased=2048;compact_after_unmaps=0;check_on_connect=true;runtime_asserts=false;read_only=false',
    )
  })

  it('takes what is not mentioned from the defaults', () => {
    expect(parseDeviceConfig('')).toEqual(deviceConfig())
    expect(parseDeviceConfig('read_only=true')).toEqual(deviceConfig({ readOnly: true }))
  })

  it('reads keys in any case and the last of two equal ones', () => {
    expect(parseDeviceConfig('DISCARD=true;Keep_Erased=1;discard=false;')).toEqual(
      deviceConfig({ discard: false, keepErased: 512 }),
    )
  })

  it('keeps an equals sign that is part of an id', () => {
    expect(parseDeviceConfig('id=a=b=').id).toBe('a=b=')
  })

  test.each([
    ['0x10', 8192],
    ['0o17', 15 * 512],
    ['0b11', 1536],
    ['1_000', 512_000],
    ['0', 0],
  ])('reads the count %s as OCaml does', (text, bytes) => {
    expect(parseDeviceConfig(`keep_erased=${text}`).keepErased).toBe(bytes)
  })

  test.each([
    ['discrad=true', /discrad=true/],
    ['discard=yes', /"true" or "false".*yes/],
    ['discard=TRUE', /"true" or "false"/],
    ['keep_erased=-1', /512-byte sectors.*-1/],
    ['keep_erased=1.5', /512-byte sectors/],
    ['keep_erased=2048compact_after_unmaps=0', /512-byte sectors/],
    ['keep_erased=', /512-byte sectors/],
    ['keep_erased=0x', /512-byte sectors/],
    ['keep_erased=99999999999999999999', /512-byte sectors/],
    ['read_only', /"read_only=" and a value/],
    ['=true', /one of the keys/],
  ])('refuses %s and says why', (text, words) => {
    const error = refusal(text)
    expect(error.reason).toBe('invalid-argument')
    expect(error.explanation.detail).toMatch(words)
  })
})

describe('a device configuration', () => {
  test.each([
    ['an id that would end its field', { id: 'a;b' }],
    ['an id with a line break', { id: 'a\nb' }],
    ['half a character', { id: '\ud800' }],
    ['a part of a sector', { keepErased: 100 }],
    ['a negative count', { compactAfterUnmaps: -512 }],
    ['no number', { keepErased: Number.NaN }],
  ])('refuses %s', (_, chosen) => {
    expect(() => deviceConfig(chosen)).toThrow(ImageError)
  })
})
