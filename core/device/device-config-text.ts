/**
 * The text form of a device's configuration: `key=value` pieces joined by `;`.
 *
 *     id=disk;discard=true;keep_erased=2048;compact_after_unmaps=0;
 *     check_on_connect=true;runtime_asserts=false;read_only=false          (one line)
 *
 * Keys, their spelling in any case, `true` and `false`, and counts in **sectors of 512 bytes** are those
 * of ocaml-qcow's `Config.of_string`, so that its configurations can be taken over; `DeviceConfig` itself
 * counts bytes. Unlike there, a piece without `=` is refused: `read_only` alone would open for writing.
 */
import { ImageError } from '../errors/image-error.ts'
import { CONFIG_SECTOR, deviceConfig, type DeviceConfig } from './device-config.ts'

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

/** How one field is spelled: what it is called, how its value is written, and how it is read back. */
interface Field {
  readonly key: string
  readonly format: (config: DeviceConfig) => string
  readonly parse: (text: string, into: Partial<Mutable<DeviceConfig>>) => void
}

type FlagName = 'discard' | 'checkOnOpen' | 'runtimeAsserts' | 'readOnly'
type CountName = 'keepErased' | 'compactAfterUnmaps'

const flag = (key: string, name: FlagName): Field => ({
  key,
  format: (config) => String(config[name]),
  parse: (text, into) => {
    if (text !== 'true' && text !== 'false') throw badValue(key, '"true" or "false"', text)
    into[name] = text === 'true'
  },
})

const count = (key: string, name: CountName): Field => ({
  key,
  format: (config) => String(config[name] / CONFIG_SECTOR),
  parse: (text, into) => {
    into[name] = sectors(key, text) * CONFIG_SECTOR
  },
})

const fields: readonly Field[] = [
  {
    key: 'id',
    format: ({ id }) => id,
    parse: (text, into) => {
      into.id = text
    },
  },
  flag('discard', 'discard'),
  count('keep_erased', 'keepErased'),
  count('compact_after_unmaps', 'compactAfterUnmaps'),
  flag('check_on_connect', 'checkOnOpen'),
  flag('runtime_asserts', 'runtimeAsserts'),
  flag('read_only', 'readOnly'),
]

const fieldOf = new Map(fields.map((field) => [field.key, field]))

/** `parseDeviceConfig(formatDeviceConfig(config))` is `config`. */
export const formatDeviceConfig = (config: DeviceConfig): string =>
  fields.map(({ key, format }) => `${key}=${format(config)}`).join(';')

/**
 * What is not mentioned has its default; of a key that comes twice the last one counts. Throws
 * `invalid-argument` that names the piece.
 */
export function parseDeviceConfig(text: string): DeviceConfig {
  const chosen: Partial<Mutable<DeviceConfig>> = {}
  for (const piece of text.split(';')) {
    if (piece.trim() === '') continue
    const equals = piece.indexOf('=')
    const key = (equals < 0 ? piece : piece.slice(0, equals)).trim().toLowerCase()
    const field = fieldOf.get(key)
    if (field === undefined) {
      const known = [...fieldOf.keys()].join(', ')
      throw badValue('The device configuration', `one of the keys ${known}`, piece)
    }
    if (equals < 0) throw badValue(key, `"${key}=" and a value`, piece)
    field.parse(piece.slice(equals + 1), chosen)
  }
  return deviceConfig(chosen)
}

/** A count as OCaml's Int64.of_string reads one: decimal, 0x, 0o or 0b, with `_` between digits. */
const integer = /^(?:[0-9][0-9_]*|0x[0-9a-f][0-9a-f_]*|0o[0-7][0-7_]*|0b[01][01_]*)$/i

function sectors(key: string, text: string): number {
  const value = integer.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
  if (Number.isSafeInteger(value * CONFIG_SECTOR)) return value
  throw badValue(key, 'a number of 512-byte sectors', text)
}

const badValue = (field: string, expected: string, found: string): ImageError =>
  new ImageError('invalid-argument', { field, expected, found: JSON.stringify(found) })
