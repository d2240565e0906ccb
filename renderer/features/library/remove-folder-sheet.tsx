import { useState } from 'react'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage, usePage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { removeFolderTexts } from './remove-folder-texts.ts'

export interface RemoveFolderSheetProps {
  readonly folderId: number
  readonly onClose: () => void
}

export function RemoveFolderSheet({ folderId, onClose }: RemoveFolderSheetProps) {
  const folder = useLibrary((state) => state.folders.find(({ id }) => id === folderId))
  const [busy, setBusy] = useState(false)
  const words = removeFolderTexts()
  const path = folder?.path ?? words.theFolder
  const count = folder?.imageCount ?? 0

  const remove = async (): Promise<void> => {
    setBusy(true)
    try {
      await host().api['library.removeFolder']({ folderId })
      onClose()
      const { page } = usePage.getState()
      if (
        page.kind === 'library' &&
        page.scope.kind === 'folder' &&
        page.scope.folderId === folderId
      ) {
        showPage({ kind: 'library', scope: { kind: 'all' } })
      }
      toast({ title: words.done(path), detail: words.doneDetail })
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      size="small"
      title={words.title(path)}
      description={words.text(count, counted(count, 'image'))}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words.keep}</Button>
          <Button variant="primary" busy={busy} onClick={() => void remove()}>
            {words.verb}
          </Button>
        </>
      }
    />
  )
}
