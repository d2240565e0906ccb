import { useLibrary } from '../../state/library.ts'
import { scheduleTexts } from './schedule-texts.ts'
import { WeeklyCheckForm } from './weekly-check-form.tsx'

/** The weekly checks of all folders. */
export function WeeklyChecksCard() {
  const words = scheduleTexts()
  const folders = useLibrary((state) => state.folders)
  return (
    <section className="weekly-card" aria-label={words.title}>
      <h3 className="weekly-title">{words.title}</h3>
      {folders.length === 0 && <p className="muted">{words.noFolders}</p>}
      {folders.map((folder) => (
        <WeeklyCheckForm key={folder.id} folder={folder} named />
      ))}
    </section>
  )
}
