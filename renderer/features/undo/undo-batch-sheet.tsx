import { useState } from 'react'
import type { Contract } from '../../../ipc/contract.ts'
import type { Client } from '../../../ipc/procedure.ts'
import type { JobRequest } from '../../../ipc/schemas/job.ts'
import { counted } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { texts } from '../../texts/texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { BatchPlanView } from '../batch/batch-plan-view.tsx'
import { batchTexts } from '../batch/batch-texts.ts'
import { StartFooter } from '../batch/start-footer.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import '../batch/batch-plan-sheet.css'

export interface UndoBatchSheetProps {
  readonly batchId: string
  readonly onClose: () => void
}

/** What taking back all that a batch did comes to: what returns, what does not and why. */
export function UndoBatchSheet({ batchId, onClose }: UndoBatchSheetProps) {
  const words = texts().undo.batch
  const title = useJobs((state) => state.batches.get(batchId)?.title) ?? batchTexts().page.untitled
  const [starting, setStarting] = useState(false)
  const request: JobRequest = { kind: 'undo', parameters: { batch: batchId } }
  const looked = useAnswer({
    subject: batchId,
    version: 0,
    ask: (signal) => lookAt(request, batchId, signal),
  })
  const included = looked.kind === 'ready' ? looked.value.plan.included.length : 0
  const images = counted(included, 'image')
  const start = (): void => {
    if (looked.kind !== 'ready') return
    setStarting(true)
    host()
      .api['jobs.start']({
        request,
        imageIds: [...looked.value.paths.keys()],
        batchTitle: words.title(title).slice(0, 200),
      })
      .then((started) => {
        onClose()
        if (started.batchId !== undefined) showPage({ kind: 'batch', batchId: started.batchId })
      })
      .catch((thrown: unknown) => {
        onClose()
        reportError(thrown)
      })
  }
  return (
    <Dialog
      title={words.title(title)}
      description={words.meaning}
      onClose={onClose}
      footer={
        <StartFooter
          label={included === 0 ? words.verbAlone : words.verb(images)}
          icon="undo"
          starting={starting}
          whyNot={
            looked.kind === 'waiting' ? words.looking : included === 0 ? words.none : undefined
          }
          onStart={start}
          onClose={onClose}
        />
      }
    >
      <div className="batch-plan">
        {looked.kind === 'waiting' && <p className="muted">{words.looking}</p>}
        {looked.kind === 'failed' && <ErrorPanel error={looked.error} />}
        {looked.kind === 'ready' && (
          <BatchPlanView
            plan={looked.value.plan}
            total={words.included(images)}
            none={words.none}
            listed={words.list}
            pathOf={(imageId) => looked.value.paths.get(imageId)}
          />
        )}
      </div>
    </Dialog>
  )
}

interface Looked {
  readonly plan: Awaited<ReturnType<Client<Contract>['plans.batch']>>
  /** Where the images were; what went to the Trash is in no library. */
  readonly paths: ReadonlyMap<number, string>
}

async function lookAt(request: JobRequest, batchId: string, signal: AbortSignal): Promise<Looked> {
  const { api } = host()
  const { jobs } = await api['jobs.batch']({ batchId }, { signal })
  const paths = new Map(jobs.map(({ imageId, imagePath }) => [imageId, imagePath]))
  return {
    plan: await api['plans.batch']({ request, imageIds: [...paths.keys()] }, { signal }),
    paths,
  }
}
