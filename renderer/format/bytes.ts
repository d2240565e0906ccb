import type { Settings } from '../../ipc/schemas/app.ts'
import { texts } from '../texts/texts.ts'

/** Binary units (GiB, steps of 1,024) or decimal ones (GB, steps of 1,000); a setting. */
export type ByteUnits = Settings['units']

/** Signs of the norm, the same in every language; the first step has words. */
const signs = {
  binary: ['', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'],
  decimal: ['', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'],
} as const

const grouped = new Intl.NumberFormat('en-US')

/**
 * A size in three significant digits at most: "512 bytes", "18.2 GiB", "40 GiB", "1,000 KiB". Whole
 * numbers lose their ".0", so that the round sizes people chose look round.
 */
export function formatBytes(bytes: number, units: ByteUnits): string {
  const step = units === 'binary' ? 1024 : 1000
  let value = bytes
  let index = 0
  // Compared after rounding: 1023.96 KiB would otherwise read "1,024 KiB" instead of "1 MiB".
  while (index < signs[units].length - 1 && roundForPeople(value) >= step) {
    value /= step
    index += 1
  }
  if (index === 0) return exactBytes(value)
  return `${grouped.format(roundForPeople(value))} ${signs[units][index] ?? ''}`
}

/**
 * A size that somebody chose, as exactly as two decimals say it: "10.25 GiB", "1,566 MiB". One that would need a unit
 * far below its own is rounded as others are.
 */
export function formatChosenBytes(bytes: number, units: ByteUnits): string {
  const step = units === 'binary' ? 1024 : 1000
  const natural = Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(step))
  for (const index of [natural, natural - 1]) {
    const value = bytes / step ** index
    const sign = signs[units][index]
    if (index > 0 && Number.isInteger(value * 100)) return `${grouped.format(value)} ${sign ?? ''}`
  }
  return formatBytes(bytes, units)
}

/** "19,542,310,912 bytes": for tooltips and for copying. */
export const exactBytes = (bytes: number): string =>
  texts().units.bytes(bytes, grouped.format(bytes))

const roundForPeople = (value: number): number =>
  value < 100 ? Math.round(value * 10) / 10 : Math.round(value)
