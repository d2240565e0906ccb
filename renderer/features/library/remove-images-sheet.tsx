import { useState } from 'react'
import { host } from '../../host.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import './sheets.css'

const shownNames = 8

export interface RemoveImagesSheetProps {
  readonly imageIds: readonly number[]
  readonly onClose: () => void
}

export function RemoveImagesSheet({ imageIds, onClose }: RemoveImagesSheetProps) {
  const library = useLibrary((state) => state.rows)
  const [busy, setBusy] = useState(false)
  const images = imageIds.flatMap((id) => library.get(id) ?? [])
  const inFolder = images.filter(({ folderId }) => folderId !== undefined).length
  const what =
    images.length === 1 ? (images[0]?.name ?? 'the image') : counted(images.length, 'image')

  const remove = async (): Promise<void> => {
    setBusy(true)
    try {
      await host().api['library.removeImages']({ imageIds: [...imageIds] })
      onClose()
      toast({ title: `Removed ${what} from the library`, detail: 'The files are where they were.' })
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      size="small"
      title={`Remove ${what} from the library?`}
      description="The files stay where they are, unchanged. Only Platter's list gets shorter."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button variant="primary" busy={busy} onClick={() => void remove()}>
            Remove from library
          </Button>
        </>
      }
    >
      {images.length > 1 && (
        <ul className="sheet-names selectable">
          {images.slice(0, shownNames).map(({ id, path }) => (
            <li key={id} className="truncate" title={path}>
              {path}
            </li>
          ))}
          {images.length > shownNames && (
            <li className="muted">and {formatCount(images.length - shownNames)} more</li>
          )}
        </ul>
      )}
      {inFolder > 0 && (
        <p className="sheet-note">
          {inFolder === images.length ? 'They lie' : `${counted(inFolder, 'image')} lie`} in a
          folder of the library and may come back when that folder is read again.
        </p>
      )}
    </Dialog>
  )
}
