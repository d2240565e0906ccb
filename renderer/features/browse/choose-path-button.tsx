import { useRef, useState } from 'react'
import { host } from '../../host.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { reportError } from '../../state/report-error.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { browseTexts } from './browse-texts.ts'
import { FolderBrowser } from './folder-browser.tsx'
import { useFolderListing } from './use-folder-listing.ts'

export interface ChoosePathButtonProps {
  readonly purpose: 'folder' | 'image'
  /** "Choose a folder…" unless told. */
  readonly label?: string
  readonly onChoose: (path: string) => void
}

/** Lets a person name a folder or a file: by the system's dialog, or by the host's folders in a browser. */
export function ChoosePathButton({ purpose, label, onChoose }: ChoosePathButtonProps) {
  const hasDialog = useAppInfo((state) => state.info?.capabilities.openDialog === true)
  const [browsing, setBrowsing] = useState(false)
  const words = browseTexts()
  const choose = (): void => {
    if (!hasDialog) {
      setBrowsing(true)
      return
    }
    host()
      .api[purpose === 'folder' ? 'shell.chooseFolder' : 'shell.chooseFile']({})
      .then(({ path }) => path !== undefined && onChoose(path))
      .catch(reportError)
  }
  return (
    <>
      <Button icon="folder" onClick={choose}>
        {label ?? (purpose === 'folder' ? words.chooseFolder : words.chooseImage)}
      </Button>
      {browsing && (
        <ChoosePathDialog
          purpose={purpose}
          onClose={() => setBrowsing(false)}
          onChoose={(path) => {
            setBrowsing(false)
            onChoose(path)
          }}
        />
      )}
    </>
  )
}

interface ChoosePathDialogProps extends Pick<ChoosePathButtonProps, 'purpose' | 'onChoose'> {
  readonly onClose: () => void
}

function ChoosePathDialog({ purpose, onClose, onChoose }: ChoosePathDialogProps) {
  const browsing = useFolderListing()
  const [chosen, setChosen] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const words = browseTexts()
  const answer = purpose === 'folder' ? browsing.path : chosen
  const missing = purpose === 'folder' ? words.goIn : words.chooseFile
  return (
    <Dialog
      title={purpose === 'folder' ? words.aFolder : words.anImage}
      description={words.description}
      initialFocus={list}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts().common.cancel}</Button>
          <Button
            variant="primary"
            disabledReason={answer === undefined ? missing : undefined}
            onClick={() => answer !== undefined && onChoose(answer)}
          >
            {purpose === 'folder' ? words.chooseThis : words.chooseIt}
          </Button>
        </>
      }
    >
      <FolderBrowser
        browsing={browsing}
        purpose={purpose}
        chosen={chosen}
        list={list}
        onChoose={setChosen}
        onOpen={onChoose}
      />
    </Dialog>
  )
}
