import { useState } from 'react'
import { host } from '../../host.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import './sheets.css'

const states = {
  present: 'The file is there',
  missing: 'No file is there',
  outside: 'Outside the image’s folder',
  'not-a-path': 'No file of this computer; it is never opened',
} as const

export interface TrustLinksSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** Asks before a file is opened because an image says so: a hostile image can name any file. */
export function TrustLinksSheet({ imageId, onClose }: TrustLinksSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  const [busy, setBusy] = useState(false)
  if (row === undefined) return null
  const { name, linksTrusted, backing } = row

  const trust = async (trusted: boolean): Promise<void> => {
    setBusy(true)
    try {
      await host().api['library.setLinksTrusted']({ imageId, trusted })
      onClose()
      toast({
        title: trusted ? `Links of ${name} are trusted` : `Links of ${name} are not followed`,
      })
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      title={linksTrusted ? `Links of ${name} are trusted` : `Trust the links of ${name}?`}
      description="An image can name other files that it is read together with. Whoever made the image chose those names, so Platter opens a file outside the image’s folder only when you say so. Reading never changes a file."
      onClose={onClose}
      defaultButton={linksTrusted ? 'last' : 'first'}
      footer={
        linksTrusted ? (
          <>
            <Button busy={busy} onClick={() => void trust(false)}>
              Stop trusting
            </Button>
            <Button variant="primary" onClick={onClose}>
              Keep trusting
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Leave closed</Button>
            <Button variant="primary" busy={busy} onClick={() => void trust(true)}>
              Trust for this image
            </Button>
          </>
        )
      }
    >
      <Facts
        items={[
          { label: 'Image', value: row.path },
          ...(backing === undefined
            ? []
            : [
                { label: 'Names', value: <span className="mono">{backing.name}</span> },
                {
                  label: 'That is',
                  value: <span className="mono">{backing.target ?? 'not a path'}</span>,
                },
                { label: 'State', value: states[backing.state] },
              ]),
        ]}
      />
    </Dialog>
  )
}
