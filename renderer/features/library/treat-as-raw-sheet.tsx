import { useState } from 'react'
import { exactBytes } from '../../format/bytes.ts'
import { host } from '../../host.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import { treatAsRawTexts } from './treat-as-raw-texts.ts'
import './sheets.css'

export interface TreatAsRawSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** Asks before a file that nobody can tell the format of is changed as a disk. */
export function TreatAsRawSheet({ imageId, onClose }: TreatAsRawSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  const [busy, setBusy] = useState(false)
  if (row === undefined) return null
  const { name, path, error, fileLength } = row
  const words = treatAsRawTexts()
  const found = error?.context['found']

  const treat = async (): Promise<void> => {
    setBusy(true)
    try {
      await host().api['library.setTreatedAsRaw']({ imageId, asRaw: true })
      onClose()
      toast({ title: words.treated(name) })
    } catch (thrown) {
      setBusy(false)
      reportError(thrown)
    }
  }

  return (
    <Dialog
      title={words.title(name)}
      description={words.text}
      onClose={onClose}
      defaultButton="first"
      footer={
        <>
          <Button onClick={onClose}>{words.leave}</Button>
          <Button variant="primary" busy={busy} onClick={() => void treat()}>
            {words.treat}
          </Button>
        </>
      }
    >
      <Facts
        items={[
          { label: words.image, value: path },
          ...(found === undefined
            ? []
            : [{ label: words.startsWith, value: <span className="mono">{String(found)}</span> }]),
          { label: words.length, value: exactBytes(fileLength) },
        ]}
      />
    </Dialog>
  )
}
