import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatDeviceConfig,
  parseDeviceConfig,
} from '../../../../core/device/device-config-text.ts'
import { deviceConfig, type DeviceConfig } from '../../../../core/device/device-config.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'

const bytes = fc.nat({ max: Math.floor(Number.MAX_SAFE_INTEGER / 512) }).map((count) => count * 512)

const config: fc.Arbitrary<DeviceConfig> = fc.record({
  id: fc.string({ unit: 'grapheme' }).filter((id) => !/[;\p{Cc}]/u.test(id) && id.isWellFormed()),
  discard: fc.boolean(),
  keepErased: bytes,
  compactAfterUnmaps: bytes,
  checkOnOpen: fc.boolean(),
  runtimeAsserts: fc.boolean(),
  readOnly: fc.boolean(),
})

test('every configuration comes back from its text', () => {
  fc.assert(
    fc.property(config, (made) => {
      expect(parseDeviceConfig(formatDeviceConfig(made))).toEqual(deviceConfig(made))
    }),
    { seed: 31 },
  )
})

test('any text is a configuration or refused in words', () => {
  const piece = fc.tuple(
    fc.constantFrom('id', 'discard', 'KEEP_ERASED', 'compact_after_unmaps', 'read_only', 'x', ''),
    fc.constantFrom('=', '', '=='),
    fc.constantFrom('true', 'false', '0', '12', '0x1f', '-3', 'é', ''),
  )
  const text = fc.array(piece).map((pieces) => pieces.map((parts) => parts.join('')).join(';'))
  /** What became of a text: its configuration, the refusal, or what should never be thrown. */
  const outcomeOf = (given: string): 'comes back' | 'refused' | 'changed' => {
    try {
      const parsed = parseDeviceConfig(given)
      const again = parseDeviceConfig(formatDeviceConfig(parsed))
      return JSON.stringify(again) === JSON.stringify(parsed) ? 'comes back' : 'changed'
    } catch (error) {
      if (error instanceof ImageError) return 'refused'
      throw error
    }
  }
  fc.assert(
    fc.property(text, (given) => {
      expect(outcomeOf(given)).not.toBe('changed')
    }),
    { seed: 32 },
  )
})
