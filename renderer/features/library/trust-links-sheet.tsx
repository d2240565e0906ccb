import { useState } from 'react'
import { host } from '../../host.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import { trustLinksTexts } from './trust-links-texts.ts'
import './sheets.css'

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
  const words = trustLinksTexts()

  const trust = async (trusted: boolean): Promise<void> => {
    setBusy(true)
    try {
      await host().api['library.setLinksTrusted']({ imageId, trusted })
      onClose()
      toast({
        title: trusted ? words.trusted(name) : words.notTrusted(name),
      })
    } catch (thrown) {
      reportError(thrown)
    }
  }

  return (
    <Dialog
      title={linksTrusted ? words.trusted(name) : words.question(name)}
      description={words.text}
      onClose={onClose}
      defaultButton={linksTrusted ? 'last' : 'first'}
      footer={
        linksTrusted ? (
          <>
            <Button busy={busy} onClick={() => void trust(false)}>
              {words.stop}
            </Button>
            <Button variant="primary" onClick={onClose}>
              {words.keep}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>{words.leave}</Button>
            <Button variant="primary" busy={busy} onClick={() => void trust(true)}>
              {words.trust}
            </Button>
          </>
        )
      }
    >
      <Facts
        items={[
          { label: words.image, value: <span className="mono">{row.path}</span> },
          ...(backing === undefined
            ? []
            : [
                { label: words.names, value: <span className="mono">{backing.name}</span> },
                {
                  label: words.thatIs,
                  value: <span className="mono">{backing.target ?? words.notAPath}</span>,
                },
                { label: words.state, value: words.states[backing.state] },
              ]),
        ]}
      />
    </Dialog>
  )
}
