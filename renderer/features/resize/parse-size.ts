import { sizeTexts } from './size-texts.ts'

export type WantedSize =
  | { readonly kind: 'empty' }
  | { readonly kind: 'size'; readonly bytes: number }
  /** Why it is no size, as a sentence. */
  | { readonly kind: 'problem'; readonly problem: string }

const sector = 512
const letters = 'KMGTPE'
const shape =
  /^(?<sign>[+-]?)\s*(?<number>\d+(?:\.\d+)?|\.\d+)\s*(?<unit>%|bytes?|[kmgtpe](?:ib|b)?|b)?$/i
/** Less than this without a unit was never meant as bytes: no disk is that small. */
const leastBare = 65_536

/**
 * The size of a disk as people write it: `40G`, `40 GiB`, `1.5 TB`, `+10G`, `-512M`, `75 %` of the present size.
 * Letters mean what they mean on the command line: K, M, G and KiB, MiB, GiB are powers of 1024, KB, MB, GB of
 * 1000. Rounded up to whole sectors, which is what a disk has.
 *
 * @param current What `+`, `-` and `%` are of; absent for a disk that is not there yet.
 */
export function parseWantedSize(text: string, current?: number): WantedSize {
  const words = sizeTexts()
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'empty' }
  if (trimmed.includes(',')) return { kind: 'problem', problem: words.comma }
  const { sign = '', number, unit = '' } = shape.exec(trimmed)?.groups ?? {}
  if (number === undefined) return { kind: 'problem', problem: words.notASize }
  if (current === undefined && (sign !== '' || unit === '%')) {
    return { kind: 'problem', problem: words.nothingToRelateTo }
  }
  const amount = Number(number)
  if (unit === '' && amount > 0 && amount < leastBare) {
    return { kind: 'problem', problem: words.noUnit(number) }
  }
  const given = unit === '%' ? ((current ?? 0) * amount) / 100 : amount * factorOf(unit)
  const bytes = sign === '' ? given : (current ?? 0) + (sign === '-' ? -given : given)
  if (bytes <= 0) return { kind: 'problem', problem: words.nothingLeft }
  const rounded = Math.ceil(bytes / sector) * sector
  return Number.isSafeInteger(rounded)
    ? { kind: 'size', bytes: rounded }
    : { kind: 'problem', problem: words.tooLarge }
}

function factorOf(unit: string): number {
  const letter = unit.charAt(0).toUpperCase()
  const power = letter === '' ? 0 : letters.indexOf(letter) + 1
  const isDecimal = unit.length === 2 && unit.toLowerCase().endsWith('b')
  return (isDecimal ? 1000 : 1024) ** power
}

/** A size that reads back as exactly itself: "40 GiB", "38.25 GiB", "511.5 MiB", "1049088 bytes". */
export function writeSize(bytes: number): string {
  for (const [unit, factor] of units) {
    const amount = bytes / factor
    if (amount < 1) continue
    const rounded = Math.round(amount * 1000) / 1000
    if (rounded * factor === bytes) return `${rounded} ${unit}`
  }
  return `${bytes} bytes`
}

const units = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const
