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
  if (age < minute) return 'just now'
  if (age < hour) return `${Math.floor(age / minute)} min ago`
  if (age < day) return ago(Math.floor(age / hour), 'hour')
  if (age < 60 * day) return ago(Math.floor(age / day), 'day')
  return dayAndMonth.format(at)
}

/** "21 Nov 2026, 14:02:09", in the computer's own time zone. */
export const exactDate = (at: number): string => exact.format(at)

const ago = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'} ago`
