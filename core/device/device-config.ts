import { isAligned } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'

/** How a device behaves; `device-config-text.ts` has its text form. */
export interface DeviceConfig {
  /** Label of its statistics. Printable, without `;`, which separates fields in the text form. */
  readonly id: string
  /** Space that is freed goes back to the host (holes are punched). */
  readonly discard: boolean
  /** Bytes of free clusters kept zeroed and ready for allocation, whole sectors; 0 for none. */
  readonly keepErased: number
  /**
   * Compaction starts by itself once so many bytes were unmapped and nothing more is for a while, whole
   * sectors; 0 for never.
   */
  readonly compactAfterUnmaps: number
  /** An image that its check finds damaged is not opened; see `openDevice`. */
  readonly checkOnOpen: boolean
  /** Compare what is in memory with what a walk finds, after every change. For tests: slow. */
  readonly runtimeAsserts: boolean
  readonly readOnly: boolean
}

/** The unit of byte counts in the text form, and so what they must be multiples of. */
export const CONFIG_SECTOR = 512

const defaults: DeviceConfig = {
  id: 'disk',
  discard: false,
  keepErased: 0,
  compactAfterUnmaps: 0,
  checkOnOpen: true,
  runtimeAsserts: false,
  readOnly: false,
}

/**
 * A whole configuration from what somebody chose of it. Throws `invalid-argument` for what the text form
 * could not give back: then no configuration exists that is lost by writing it down.
 */
export function deviceConfig(chosen: Partial<DeviceConfig> = {}): DeviceConfig {
  const config = { ...defaults, ...chosen }
  mustBeLabel(config.id)
  mustBeSectors('keepErased', config.keepErased)
  mustBeSectors('compactAfterUnmaps', config.compactAfterUnmaps)
  return config
}

function mustBeLabel(id: string): void {
  // Half of a surrogate pair has no UTF-8 form: it would come back from a file as another character.
  if (!/[;\p{Cc}]/u.test(id) && id.isWellFormed()) return
  throw new ImageError('invalid-argument', {
    field: 'The id of a device',
    expected: 'printable text without a semicolon',
    found: JSON.stringify(id),
  })
}

function mustBeSectors(field: string, bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= 0 && isAligned(bytes, CONFIG_SECTOR)) return
  throw new ImageError('invalid-argument', {
    field,
    expected: `a number of bytes that is a multiple of ${CONFIG_SECTOR}, or 0`,
    found: bytes,
  })
}
