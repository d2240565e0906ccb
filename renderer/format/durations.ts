import { texts } from '../texts/texts.ts'

/** "0.4 s", "12 s", "2 min 5 s", "3 h 20 min", "2 days 4 h" from milliseconds. */
export function formatDuration(milliseconds: number): string {
  const units = texts().units
  if (milliseconds < 100) return units.milliseconds(Math.max(0, Math.round(milliseconds)))
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return units.seconds(seconds.toFixed(1))
  const whole = Math.round(seconds)
  if (whole < 60) return units.seconds(whole)
  if (whole < 3600) return pair('minutes', Math.floor(whole / 60), 'seconds', whole % 60)
  const minutes = Math.round(whole / 60)
  if (minutes < 24 * 60) return pair('hours', Math.floor(minutes / 60), 'minutes', minutes % 60)
  const hours = Math.round(minutes / 60)
  return pair('days', Math.floor(hours / 24), 'hours', hours % 24)
}

/** "about 2 min left": rounded coarsely, because a countdown that jumps is worse than a coarse one. */
export function formatTimeLeft(seconds: number): string {
  const units = texts().units
  if (seconds < 5) return units.nearlyDone
  if (seconds < 55) return units.left(units.seconds(Math.ceil(seconds / 5) * 5))
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return units.left(units.minutes(Math.max(1, minutes)))
  const hours = Math.round(minutes / 30) / 2
  if (hours < 48) return units.left(units.hours(hours))
  return units.left(units.days(Math.round(hours / 24)))
}

/** "20 s", "4 min", "3 h": for what was only estimated, where seconds would pretend to know. */
export function formatEstimate(seconds: number): string {
  const units = texts().units
  if (seconds < 10) return units.seconds(Math.max(1, Math.ceil(seconds)))
  if (seconds < 55) return units.seconds(Math.ceil(seconds / 5) * 5)
  const minutes = Math.max(1, Math.round(seconds / 60))
  return formatDuration((minutes < 90 ? minutes : Math.round(minutes / 30) * 30) * 60_000)
}

type Unit = 'days' | 'hours' | 'minutes' | 'seconds'

function pair(bigUnit: Unit, big: number, smallUnit: Unit, small: number): string {
  const units = texts().units
  const bigger = units[bigUnit](big)
  return small === 0 ? bigger : units.andSmaller(bigger, units[smallUnit](small))
}
