import { useState } from 'react'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { addFolderTexts } from './add-folder-texts.ts'
import { checkWhenRead } from './check-when-read.ts'
import './add-folders-sheet.css'

export interface AddFoldersSheetProps {
  readonly paths: readonly string[]
  readonly check?: boolean | undefined
  readonly onClose: () => void
}

export function AddFoldersSheet({ paths, check = false, onClose }: AddFoldersSheetProps) {
  const known = useLibrary((state) => state.folders)
  const [recursive, setRecursive] = useState(true)
  const [watched, setWatched] = useState(true)
  const [checkNow, setCheckNow] = useState(check)
  const [busy, setBusy] = useState(false)
  const words = addFolderTexts()
  const only = paths.length === 1 ? paths[0] : undefined
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
      const [first, ...others] = folderIds
      showPage({
        kind: 'library',
        scope:
          first !== undefined && others.length === 0
            ? { kind: 'folder', folderId: first }
            : { kind: 'all' },
      })
      if (checkNow) await checkWhenRead(folderIds)
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      size="small"
      title={
        only === undefined ? words.titleMany(counted(paths.length, 'folder')) : words.title(only)
      }
      description={words.text}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts().common.cancel}</Button>
          <Button variant="primary" icon="folder-add" busy={busy} onClick={() => void add()}>
            {paths.length === 1 ? words.verb : words.verbMany}
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
          <p className="muted">{paths.length === 1 ? words.isKnown : words.areKnown(already)}</p>
        )}
        <Checkbox label={words.recursive} checked={recursive} onChange={setRecursive} />
        <Checkbox
          label={words.watch}
          hint={words.watchHint}
          checked={watched}
          onChange={setWatched}
        />
        <Checkbox
          label={words.check}
          hint={words.checkHint}
          checked={checkNow}
          onChange={setCheckNow}
        />
      </div>
    </Dialog>
  )
}
