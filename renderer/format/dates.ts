import { texts } from '../texts/texts.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

/**
 * "just now", "5 min ago", "3 hours ago", "41 days ago", then the date. Always shown with the exact
 * date beside it or on hover. A date in the future (another machine's clock) is given as a date.
 */
export function relativeDate(at: number, now: number): string {
  const age = now - at
  // Clocks of two machines differ by seconds; "in 2 seconds" would only confuse.
  if (age < -minute) return exactDate(at)
  const { units } = texts()
  if (age < minute) return units.justNow
  if (age < hour) return units.minutesAgo(Math.floor(age / minute))
  if (age < day) return units.hoursAgo(Math.floor(age / hour))
  if (age < 60 * day) return units.daysAgo(Math.floor(age / day))
  return dayAndMonth.format(at)
}

/** "21 Nov 2026, 14:02:09", in the computer's own time zone. */
export const exactDate = (at: number): string => exact.format(at)
