/** Quantities in words, for reports and terminals. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** `0 B`, `512 B`, `1.5 KiB`, `20 GiB`: at most three digits that matter, binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 1023.95 would print as 1,024 of the smaller unit: step up before rounding can get there.
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${trimmed(value)} ${units[unit] ?? 'B'}`
}

const trimmed = (value: number): string =>
  Number.isInteger(value) || value >= 100
    ? String(Math.round(value))
    : value.toFixed(1).replace(/\.0$/, '')

/** `4,194,304`: a whole number, thousands in groups, the same in every locale. */
export const formatCount = (count: number): string =>
  // Loading a locale for this would take longer than all the rest of a short command line.
  String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')

/** `1 image`, `2 images`. */
export const formatPlural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `2026-03-01 14:05:09 UTC`: one reading everywhere. */
export const formatInstant = (unixMs: number): string =>
  `${new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
