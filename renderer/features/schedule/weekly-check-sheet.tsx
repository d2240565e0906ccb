import { useLibrary } from '../../state/library.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { scheduleTexts } from './schedule-texts.ts'
import { WeeklyCheckForm } from './weekly-check-form.tsx'

export interface WeeklyCheckSheetProps {
  readonly folderId: number
  readonly onClose: () => void
}

/** When one folder is checked by itself. */
export function WeeklyCheckSheet({ folderId, onClose }: WeeklyCheckSheetProps) {
  const words = scheduleTexts()
  const folder = useLibrary((state) => state.folders.find(({ id }) => id === folderId))
  return (
    <Dialog
      title={words.sheetTitle}
      description={folder?.path}
      size="small"
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          {words.done}
        </Button>
      }
    >
      <p className="muted">{words.meaning}</p>
      {folder !== undefined && <WeeklyCheckForm folder={folder} />}
    </Dialog>
  )
}
