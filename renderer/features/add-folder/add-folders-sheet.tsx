import { useState } from 'react'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { checkWhenRead } from './check-when-read.ts'
import './add-folders-sheet.css'

export interface AddFoldersSheetProps {
  readonly paths: readonly string[]
  readonly onClose: () => void
}

export function AddFoldersSheet({ paths, onClose }: AddFoldersSheetProps) {
  const known = useLibrary((state) => state.folders)
  const [recursive, setRecursive] = useState(true)
  const [watched, setWatched] = useState(true)
  const [checkNow, setCheckNow] = useState(false)
  const [busy, setBusy] = useState(false)
  const already = paths.filter((path) => known.some((folder) => folder.path === path)).length

  const add = async (): Promise<void> => {
    setBusy(true)
    try {
      const folderIds: number[] = []
      for (const path of paths) {
        const { folderId } = await host().api['library.addFolder']({ path, recursive, watched })
        folderIds.push(folderId)
      }
      onClose()
      const [only, ...others] = folderIds
      showPage({
        kind: 'library',
        scope:
          only !== undefined && others.length === 0
            ? { kind: 'folder', folderId: only }
            : { kind: 'all' },
      })
      if (checkNow) checkWhenRead(folderIds)
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      size="small"
      title={paths.length === 1 ? `Add ${paths[0]}` : `Add ${counted(paths.length, 'folder')}`}
      description="Images appear in the list as their headers are read. Nothing in the folder is changed."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" icon="folder-add" busy={busy} onClick={() => void add()}>
            {paths.length === 1 ? 'Add folder' : 'Add folders'}
          </Button>
        </>
      }
    >
      <div className="add-folders">
        {paths.length > 1 && (
          <ul className="add-folders-paths selectable">
            {paths.map((path) => (
              <li key={path} className="truncate" title={path}>
                {path}
              </li>
            ))}
          </ul>
        )}
        {already > 0 && (
          <p className="muted">
            {paths.length === 1 ? 'It is' : `${already} of them are`} in the library already and
            will be read again.
          </p>
        )}
        <Checkbox label="Include subfolders" checked={recursive} onChange={setRecursive} />
        <Checkbox
          label="Keep watching"
          hint="New, changed and removed files show up by themselves."
          checked={watched}
          onChange={setWatched}
        />
        <Checkbox
          label="Check now"
          hint="Looks into every qcow2 image once the folder has been read."
          checked={checkNow}
          onChange={setCheckNow}
        />
      </div>
    </Dialog>
  )
}
