import type { LibraryFolder } from '../../../ipc/schemas/library.ts'
import { exactDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { Select } from '../../ui/select.tsx'
import { withWeekly } from './change-weekly.ts'
import { nextRun } from './next-run.ts'
import { scheduleTexts } from './schedule-texts.ts'
import './schedule.css'

/** At night, when images are rarely written to. */
const usualHour = 3
const weekdays = [1, 2, 3, 4, 5, 6, 0] as const
const hours = Array.from({ length: 24 }, (_, hour) => hour)

export interface WeeklyCheckFormProps {
  readonly folder: LibraryFolder
  /** With the folder's path, where there are several. */
  readonly named?: boolean
}

/** When a folder is checked by itself, and when that is next. Holds at once. */
export function WeeklyCheckForm({ folder, named = false }: WeeklyCheckFormProps) {
  const words = scheduleTexts()
  const now = useNow(60_000)
  const checks = useSettings((state) => state.settings.weeklyChecks)
  const check = checks.find(({ folderId }) => folderId === folder.id)
  const change = (time: { weekday: number; hour: number } | undefined): void =>
    changeSettings({ weeklyChecks: withWeekly(checks, folder.id, time) })
  return (
    <div className={named ? 'weekly' : 'weekly weekly-alone'}>
      {named && <span className="weekly-folder truncate">{folder.path}</span>}
      <div className="weekly-when">
        <Select
          label={words.day(folder.path)}
          labelHidden
          options={[
            { value: 'off', label: words.off },
            ...weekdays.map((day) => ({ value: String(day), label: words.days[day] })),
          ]}
          value={check === undefined ? 'off' : String(check.weekday)}
          onChange={(day) =>
            change(
              day === 'off' ? undefined : { weekday: Number(day), hour: check?.hour ?? usualHour },
            )
          }
        />
        {check !== undefined && (
          <Select
            label={words.hour(folder.path)}
            labelHidden
            options={hours.map((hour) => ({
              value: String(hour),
              label: words.clock(String(hour).padStart(2, '0')),
            }))}
            value={String(check.hour)}
            onChange={(hour) => change({ weekday: check.weekday, hour: Number(hour) })}
          />
        )}
      </div>
      <span className="weekly-next">
        {check === undefined ? words.none : words.next(exactDate(nextRun(now, check)))}
      </span>
    </div>
  )
}
