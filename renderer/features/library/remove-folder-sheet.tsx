import { useState } from 'react'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage, usePage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export interface RemoveFolderSheetProps {
  readonly folderId: number
  readonly onClose: () => void
}

export function RemoveFolderSheet({ folderId, onClose }: RemoveFolderSheetProps) {
  const folder = useLibrary((state) => state.folders.find(({ id }) => id === folderId))
  const [busy, setBusy] = useState(false)
  const path = folder?.path ?? 'The folder'

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
      toast({ title: `Removed ${path} from the library`, detail: 'Its files are where they were.' })
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      size="small"
      title={`Remove ${path} from the library?`}
      description={`${counted(folder?.imageCount ?? 0, 'image')} leave the list. The folder and its files stay where they are, unchanged.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button variant="primary" busy={busy} onClick={() => void remove()}>
            Remove from library
          </Button>
        </>
      }
    />
  )
}
