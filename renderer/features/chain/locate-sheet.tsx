import { RadioGroup } from '@base-ui/react/radio-group'
import { useId, useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { useLibrary } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { enterChooses } from '../../ui/enter-chooses.ts'
import { ChoosePathButton } from '../browse/choose-path-button.tsx'
import { ImageChoice } from '../files/image-choice.tsx'
import { chainTexts } from './chain-texts.ts'
import './locate-sheet.css'

export interface LocateSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

/** Asks where the file of a missing image is now, so that what is known of it stays with it. */
export function LocateSheet({ imageId, onClose }: LocateSheetProps) {
  const row = useLibrary((state) => state.rows.get(imageId))
  return row === undefined ? null : <Locate row={row} onClose={onClose} />
}

function Locate({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  const [chosen, setChosen] = useState<string>()
  /** The path that did not look like the image. */
  const [different, setDifferent] = useState<string>()
  const [busy, setBusy] = useState(false)
  const words = chainTexts().locateSheet
  const isDifferent = chosen !== undefined && chosen === different

  const take = async (path: string): Promise<void> => {
    setBusy(true)
    try {
      const { taken } = await host().api['library.foundAt']({
        imageId: row.id,
        path,
        anyway: isDifferent,
      })
      if (taken) {
        onClose()
        toast({ title: words.found(baseName(path)) })
      } else {
        setDifferent(path)
      }
    } catch (thrown) {
      reportError(thrown)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      title={words.title(row.name)}
      description={words.description(row.path)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts().common.cancel}</Button>
          <Button
            variant={isDifferent ? 'danger' : 'primary'}
            busy={busy}
            disabledReason={chosen === undefined ? words.choosePath : undefined}
            onClick={() => chosen !== undefined && void take(chosen)}
          >
            {isDifferent ? words.takeAnyway : words.take}
          </Button>
        </>
      }
    >
      <div className="locate">
        <Candidates row={row} chosen={chosen} onChoose={setChosen} />
        {isDifferent && (
          <Banner tone="warn" title={words.signs.none}>
            {words.different(baseName(chosen))}
          </Banner>
        )}
      </div>
    </Dialog>
  )
}

interface CandidatesProps {
  readonly row: LibraryRow
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
}

function Candidates({ row, chosen, onChoose }: CandidatesProps) {
  const id = useId()
  const [other, setOther] = useState<string>()
  const rows = useLibrary((state) => state.rows)
  const words = chainTexts().locateSheet
  const answer = useAnswer({
    subject: String(row.id),
    version: rows.size,
    ask: (signal) => host().api['library.candidates']({ imageId: row.id }, { signal }),
  })
  if (answer.kind === 'waiting') return null
  const found =
    answer.kind === 'failed'
      ? []
      : answer.value.candidates.flatMap(({ imageId, signs }) => {
          const candidate = rows.get(imageId)
          return candidate === undefined ? [] : [{ candidate, signs }]
        })
  const isOther = other !== undefined && !found.some(({ candidate }) => candidate.path === other)
  const isEmpty = found.length === 0 && !isOther
  return (
    <div className="field">
      <span id={id} className="field-label">
        {isEmpty ? words.noCandidates : words.candidates}
      </span>
      {!isEmpty && (
        <RadioGroup
          className="image-choices"
          aria-labelledby={id}
          value={chosen ?? ''}
          onValueChange={(path: string) => onChoose(path)}
          onKeyDown={enterChooses}
        >
          {isOther && <ImageChoice path={other} />}
          {found.map(({ candidate, signs }) => (
            <ImageChoice key={candidate.id} path={candidate.path} row={candidate}>
              {signs.map((sign) => (
                <Badge key={sign} tone={sign === 'same-start' ? 'good' : 'neutral'}>
                  {words.signs[sign]}
                </Badge>
              ))}
            </ImageChoice>
          ))}
        </RadioGroup>
      )}
      {found.some(({ candidate }) => candidate.path === chosen) && chosen !== undefined && (
        <p className="muted">{words.replaces(baseName(chosen))}</p>
      )}
      <div>
        <ChoosePathButton
          purpose="image"
          label={words.choose}
          onChoose={(path) => {
            setOther(path)
            onChoose(path)
          }}
        />
      </div>
    </div>
  )
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
