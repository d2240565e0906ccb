import { UsageError } from '../usage-error.ts'

/** A size in bytes, or how many bytes more (`grow`) or fewer (`shrink`) something becomes. */
export interface SizeChange {
  readonly kind: 'exactly' | 'grow' | 'shrink'
  readonly bytes: number
}

const letters = 'KMGTPE'
const shape = /^(?<hex>0x[0-9a-f]+)$|^(?<number>\d+(?:\.\d+)?|\.\d+)\s?(?<unit>[a-z]*)$/i
const forms =
  'Write bytes (1073741824, 0x40000000) or a number with a unit: 512K, 1.5G, 10GiB, 2TB.'

/**
 * Bytes of a size as people write it. K, M, G, T, P, E and KiB ... EiB are powers of 1024, KB ... EB of
 * 1000, B and no unit are bytes; letters in any case. Fractions are rounded to the nearest byte. Throws
 * UsageError for anything else, and for what is more than 2^53 - 1 bytes.
 */
export function parseSize(text: string): number {
  const { hex, number, unit = '' } = shape.exec(text.trim())?.groups ?? {}
  if (hex === undefined && number === undefined) throw notASize(text)
  const bytes = hex === undefined ? Math.round(Number(number) * factorOf(unit, text)) : Number(hex)
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`"${text}" is more than Platter can count: the most is 2^53 - 1 bytes.`)
  }
  return bytes
}

/** As `parseSize`, with a sign for a difference: `+10G`, `-512M`. */
export function parseSizeChange(text: string): SizeChange {
  const trimmed = text.trim()
  if (trimmed.startsWith('+')) return { kind: 'grow', bytes: parseSize(trimmed.slice(1)) }
  if (trimmed.startsWith('-')) return { kind: 'shrink', bytes: parseSize(trimmed.slice(1)) }
  return { kind: 'exactly', bytes: parseSize(trimmed) }
}

function factorOf(unit: string, text: string): number {
  const { letter, base } = /^(?<letter>[kmgtpe])(?<base>ib|b)?$/i.exec(unit)?.groups ?? {}
  if (letter === undefined) {
    if (unit === '' || unit.toLowerCase() === 'b') return 1
    throw notASize(text)
  }
  const power = letters.indexOf(letter.toUpperCase()) + 1
  return (base?.toLowerCase() === 'b' ? 1000 : 1024) ** power
}

const notASize = (text: string): UsageError => new UsageError(`"${text}" is not a size. ${forms}`)
