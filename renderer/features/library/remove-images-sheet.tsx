import { useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { startPlanned } from '../plan/start-planned.ts'
import './sheets.css'

const shownNames = 8

/** So many are removed with an entry of their own in the history, which can be undone; more at one stroke. */
const removedSingly = 100

export interface RemoveImagesSheetProps {
  readonly imageIds: readonly number[]
  readonly onClose: () => void
}

export function RemoveImagesSheet({ imageIds, onClose }: RemoveImagesSheetProps) {
  const library = useLibrary((state) => state.rows)
  const [busy, setBusy] = useState(false)
  const words = texts().files.remove
  const images = imageIds.flatMap((id) => library.get(id) ?? [])
  const inFolder = images.filter(({ folderId }) => folderId !== undefined).length
  const isUndoable = images.length <= removedSingly
  const what =
    images.length === 1 ? (images[0]?.name ?? words.theImage) : counted(images.length, 'image')

  const remove = async (): Promise<void> => {
    setBusy(true)
    try {
      await (isUndoable ? removeWithUndo(images) : removeAtOnce(imageIds))
      onClose()
      // Of a single one its job tells, with the way back.
      if (images.length > 1) toast({ title: words.done(what), detail: words.doneDetail })
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      size="small"
      title={words.title(what)}
      description={isUndoable ? `${words.meaning} ${words.undoable}` : words.meaning}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words.keep}</Button>
          <Button variant="primary" busy={busy} onClick={() => void remove()}>
            {words.verb}
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
            <li className="muted">{words.more(formatCount(images.length - shownNames))}</li>
          )}
        </ul>
      )}
      {inFolder > 0 && (
        <p className="sheet-note">
          {images.length === 1
            ? words.inFolderOne
            : inFolder === images.length
              ? words.inFolderAll
              : words.inFolderSome(counted(inFolder, 'image'))}
        </p>
      )}
    </Dialog>
  )
}

const request = { kind: 'remove', parameters: {} } as const

/** Of several the batch is the plan; of one its own plan says what it comes to, though there is nothing to decide. */
async function removeWithUndo(images: readonly LibraryRow[]): Promise<void> {
  const [only, ...others] = images
  if (only !== undefined && others.length === 0) {
    let planToken: string | undefined
    await host().api['plans.action']({ imageId: only.id, request }, (told) => {
      if (told.type === 'plan') planToken = told.plan.token
    })
    if (planToken !== undefined) await startPlanned({ imageId: only.id, request, planToken })
    return
  }
  await host().api['jobs.start']({
    request,
    imageIds: images.map(({ id }) => id),
    batchTitle: texts().files.remove.batch(counted(images.length, 'image')),
  })
}

async function removeAtOnce(imageIds: readonly number[]): Promise<void> {
  await host().api['library.removeImages']({ imageIds: [...imageIds] })
}
