import { useState } from 'react'
import { host } from '../../host.ts'
import { counted } from '../../format/counts.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { BatchPlanOptions } from './batch-plan-options.tsx'
import { BatchPlanView } from './batch-plan-view.tsx'
import { batchTexts } from './batch-texts.ts'
import { batchRequest, batchWorks, usualOptions, workIcons, type BatchWork } from './batch-work.ts'
import { StartFooter } from './start-footer.tsx'
import './batch-plan-sheet.css'

export interface BatchPlanSheetProps {
  readonly work: BatchWork
  /** What it is about, as it stands in the title: a folder, "12 images". */
  readonly subject: string
  readonly imageIds: readonly number[]
  readonly onClose: () => void
}

/** What the same work on many images comes to: what is in, what is left out and why, and how long it takes. */
export function BatchPlanSheet({ work: first, subject, imageIds, onClose }: BatchPlanSheetProps) {
  const words = batchTexts().plan
  const [work, setWork] = useState(first)
  const [options, setOptions] = useState(usualOptions)
  const [starting, setStarting] = useState(false)
  const request = batchRequest(work, options)
  const plan = useAnswer({
    subject: work,
    version: JSON.stringify(request),
    ask: (signal) => host().api['plans.batch']({ request, imageIds: [...imageIds] }, { signal }),
  })
  const count = plan.kind === 'ready' ? plan.value.included.length : 0
  const start = (): void => {
    setStarting(true)
    host()
      .api['jobs.start']({
        request,
        imageIds: [...imageIds],
        batchTitle: words.batchTitle[work](subject).slice(0, 200),
      })
      .then(({ batchId }) => {
        onClose()
        if (batchId !== undefined) showPage({ kind: 'batch', batchId })
      })
      .catch((thrown: unknown) => {
        onClose()
        reportError(thrown)
      })
  }
  return (
    <Dialog
      title={words.titleOf(words.title[work], subject)}
      description={words.meaning[work]}
      onClose={onClose}
      footer={
        <StartFooter
          label={count === 0 ? words.works[work] : words.verb[work](counted(count, 'image'))}
          icon={workIcons[work]}
          starting={starting}
          whyNot={plan.kind === 'waiting' ? words.looking : count === 0 ? words.none : undefined}
          onStart={start}
          onClose={onClose}
        />
      }
    >
      <div className="batch-plan">
        <Select
          label={words.work}
          options={batchWorks.map((value) => ({ value, label: words.works[value] }))}
          value={work}
          onChange={setWork}
        />
        <BatchPlanOptions work={work} options={options} onChange={setOptions} />
        {plan.kind === 'waiting' && <p className="muted">{words.looking}</p>}
        {plan.kind === 'failed' && <ErrorPanel error={plan.error} />}
        {plan.kind === 'ready' && (
          <BatchPlanView
            plan={plan.value}
            total={words.included[work](counted(count, 'image'))}
            none={words.none}
            readsLive={work === 'check'}
          />
        )}
      </div>
    </Dialog>
  )
}
