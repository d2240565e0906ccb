/** An hour of a week in the time of where the machine is; `weekday` 0 is Sunday. */
export interface WeeklyTime {
  readonly weekday: number
  readonly hour: number
}

/**
 * The last moment at or before `now` at which it was that hour of that day, in Unix milliseconds. By the calendar: a
 * week in which the clocks are changed has an hour more or less, and an hour that is left out begins when the next does.
 */
export function lastDue(now: number, { weekday, hour }: WeeklyTime): number {
  const today = new Date(now)
  const daysSince = (today.getDay() - weekday + 7) % 7
  const due = momentAt(today, -daysSince, hour)
  return due <= now ? due : momentAt(today, -daysSince - 7, hour)
}

/** The next such moment after `now`. */
export function nextDue(now: number, time: WeeklyTime): number {
  return momentAt(new Date(lastDue(now, time)), 7, time.hour)
}

const momentAt = (day: Date, days: number, hour: number): number =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour).getTime()
