import { useRef, useState } from 'react'
import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { revealOpened } from '../library/reveal-images.ts'
import { browseTexts } from './browse-texts.ts'
import { FolderBrowser } from './folder-browser.tsx'
import { useFolderListing } from './use-folder-listing.ts'

export interface BrowseSheetProps {
  readonly purpose: 'folder' | 'image'
  readonly onClose: () => void
}

/** Adds from the host's folders, for where there is no dialog of the system: a browser looks at a server. */
export function BrowseSheet({ purpose, onClose }: BrowseSheetProps) {
  const browsing = useFolderListing()
  const [chosen, setChosen] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const [busy, setBusy] = useState(false)
  const words = browseTexts()
  const { path } = browsing

  const open = async (imagePath: string): Promise<void> => {
    setBusy(true)
    try {
      const { imageIds } = await host().api['library.addFiles']({ paths: [imagePath] })
      onClose()
      revealOpened(imageIds)
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      title={purpose === 'folder' ? words.addFolder : words.openImage}
      description={words.description}
      initialFocus={list}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts().common.cancel}</Button>
          {purpose === 'folder' ? (
            <Button
              variant="primary"
              icon="folder-add"
              disabledReason={path === undefined ? words.goIn : undefined}
              onClick={() =>
                path !== undefined && openSheet({ kind: 'add-folders', paths: [path] })
              }
            >
              {words.addThisFolder}
            </Button>
          ) : (
            <Button
              variant="primary"
              busy={busy}
              disabledReason={chosen === undefined ? words.chooseFile : undefined}
              onClick={() => chosen !== undefined && void open(chosen)}
            >
              {words.openIt}
            </Button>
          )}
        </>
      }
    >
      <FolderBrowser
        browsing={browsing}
        purpose={purpose}
        chosen={chosen}
        list={list}
        onChoose={setChosen}
        onOpen={(file) => void open(file)}
      />
    </Dialog>
  )
}
