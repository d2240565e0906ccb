export interface WeeklyTime {
  /** 0 is Sunday. */
  readonly weekday: number
  readonly hour: number
}

/** The next moment after `now` at which it is that hour of that day here, in Unix milliseconds; by the calendar. */
export function nextRun(now: number, { weekday, hour }: WeeklyTime): number {
  const today = new Date(now)
  const days = (weekday - today.getDay() + 7) % 7
  const at = (ahead: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + ahead, hour).getTime()
  return at(days) > now ? at(days) : at(days + 7)
}
