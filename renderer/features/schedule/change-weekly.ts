import type { Settings } from '../../../ipc/schemas/app.ts'
import type { WeeklyTime } from './next-run.ts'

type WeeklyChecks = Settings['weeklyChecks']

/** The list with this folder's check at that time; without it when there is no time. */
export function withWeekly(
  checks: WeeklyChecks,
  folderId: number,
  time: WeeklyTime | undefined,
): WeeklyChecks {
  const others = checks.filter((check) => check.folderId !== folderId)
  return time === undefined ? others : [...others, { folderId, ...time }]
}
