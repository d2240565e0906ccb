import { useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import { counted } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { texts } from '../../texts/texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { StartFooter } from '../batch/start-footer.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { ManyFilesView } from './many-files-view.tsx'
import { startManyFiles } from './start-many-files.ts'
import type { TrashSheetProps } from './trash-sheet.tsx'
import './files.css'

const request: ImageAction = { kind: 'trash', parameters: {} }

/** Which of several images go to the Trash, and which somebody needs and so stay. */
export function TrashManySheet({ imageIds, onClose }: TrashSheetProps) {
  const [starting, setStarting] = useState(false)
  const words = texts().files.trash
  const plan = useAnswer({
    subject: imageIds.join(),
    version: 0,
    ask: (signal) => host().api['plans.batch']({ request, imageIds: [...imageIds] }, { signal }),
  })
  const { included, skipped } = plan.kind === 'ready' ? plan.value : { included: [], skipped: [] }
  const start = (): void => {
    setStarting(true)
    startManyFiles({
      request,
      imageIds: included.map(({ imageId }) => imageId),
      leftOut: skipped.length,
      title: words.batch(counted(included.length, 'image')),
    })
      .catch(reportError)
      .finally(onClose)
  }
  return (
    <Dialog
      title={words.titleMany(counted(imageIds.length, 'image'))}
      description={words.meaningMany}
      onClose={onClose}
      footer={
        <StartFooter
          label={words.verb}
          icon="trash"
          starting={starting}
          whyNot={
            plan.kind === 'waiting' ? words.looking : included.length === 0 ? words.none : undefined
          }
          onStart={start}
          onClose={onClose}
        />
      }
    >
      {plan.kind === 'waiting' && <p className="muted">{words.looking}</p>}
      {plan.kind === 'failed' && <ErrorPanel error={plan.error} />}
      {plan.kind === 'ready' && (
        <div className="file-form">
          <ManyFilesView plan={plan.value} none={words.none} label={words.names} />
        </div>
      )}
    </Dialog>
  )
}
