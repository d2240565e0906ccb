import { useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { SkipReason } from '../../../ipc/schemas/batch.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { libraryRow } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { useSettings } from '../../state/settings.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { skipWords } from '../batch/batch-words.ts'
import { ErrorPanel } from '../error/error-panel.tsx'
import type { TrashSheetProps } from './trash-sheet.tsx'
import './files.css'

const request: ImageAction = { kind: 'trash', parameters: {} }
const shownNames = 100

/** Which of several images go to the Trash, and which somebody needs and so stay. */
export function TrashManySheet({ imageIds, onClose }: TrashSheetProps) {
  const units = useSettings((state) => state.settings.units)
  const [starting, setStarting] = useState(false)
  const words = texts().files.trash
  const plan = useAnswer({
    subject: imageIds.join(),
    version: 0,
    ask: (signal) => host().api['plans.batch']({ request, imageIds: [...imageIds] }, { signal }),
  })
  const included =
    plan.kind === 'ready'
      ? plan.value.included.flatMap(({ imageId }) => libraryRow(imageId) ?? [])
      : []
  const bytes = included.reduce((sum, { onDisk, fileLength }) => sum + (onDisk ?? fileLength), 0)
  const start = (): void => {
    setStarting(true)
    const count = counted(included.length, 'image')
    host()
      .api['jobs.start']({
        request,
        imageIds: included.map(({ id }) => id),
        batchTitle: words.batch(count),
      })
      .then(onClose)
      .catch((thrown: unknown) => {
        onClose()
        reportError(thrown)
      })
  }
  return (
    <Dialog
      title={words.titleMany(counted(imageIds.length, 'image'))}
      description={words.meaning}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts().common.cancel}</Button>
          <Button
            variant="primary"
            icon="trash"
            busy={starting}
            disabledReason={
              plan.kind === 'waiting'
                ? words.looking
                : included.length === 0
                  ? words.none
                  : undefined
            }
            onClick={start}
          >
            {words.verb}
          </Button>
        </>
      }
    >
      {plan.kind === 'waiting' && <p className="muted">{words.looking}</p>}
      {plan.kind === 'failed' && <ErrorPanel error={plan.error} />}
      {plan.kind === 'ready' && (
        <div className="file-form">
          <p className="file-headline" title={exactBytes(bytes)}>
            {included.length === 0
              ? words.none
              : words.included(counted(included.length, 'image'), formatBytes(bytes, units))}
          </p>
          {included.length > 0 && (
            <Names label={words.names} paths={included.map(({ path }) => path)} />
          )}
          <Skipped skipped={plan.value.skipped} />
        </div>
      )}
    </Dialog>
  )
}

interface SkippedProps {
  readonly skipped: readonly { readonly imageId: number; readonly reason: SkipReason }[]
}

function Skipped({ skipped }: SkippedProps) {
  const words = texts().files.trash
  return [...Map.groupBy(skipped, ({ reason }) => skipWords(reason))].map(([reason, images]) => {
    const title =
      images.length === 1
        ? words.skippedOne(reason)
        : words.skipped(formatCount(images.length), reason)
    return (
      <details key={reason}>
        <summary className="muted">{title}</summary>
        <Names
          label={title}
          paths={images.flatMap(({ imageId }) => libraryRow(imageId)?.path ?? [])}
        />
      </details>
    )
  })
}

function Names({ label, paths }: { readonly label: string; readonly paths: readonly string[] }) {
  return (
    <div className="file-names" tabIndex={0} role="region" aria-label={label}>
      <ul className="selectable">
        {paths.slice(0, shownNames).map((path) => (
          <li key={path}>{path}</li>
        ))}
        {paths.length > shownNames && (
          <li>{texts().files.trash.more(formatCount(paths.length - shownNames))}</li>
        )}
      </ul>
    </div>
  )
}
