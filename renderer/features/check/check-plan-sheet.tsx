import { useMemo, useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { libraryRow } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { planCheck } from './check-plan.ts'
import './check.css'

const depths = [
  { value: 'metadata', label: 'Metadata' },
  { value: 'full', label: 'Full' },
] as const
type Depth = (typeof depths)[number]['value']

const depthMeaning: Readonly<Record<Depth, string>> = {
  metadata: 'Reads every table and compares every refcount. What qemu-img check does; fast.',
  full: 'Also unpacks every compressed cluster, so it reads much more. Finds compressed data that cannot be read.',
}

export interface CheckPlanSheetProps {
  readonly title: string
  readonly imageIds: readonly number[]
  readonly onClose: () => void
}

/** What a check of many images will do, before it does it. */
export function CheckPlanSheet({ title, imageIds, onClose }: CheckPlanSheetProps) {
  const [depth, setDepth] = useState<Depth>('metadata')
  const [starting, setStarting] = useState(false)
  // As it was when the sheet opened: a list that changes under the pointer cannot be agreed to.
  const plan = useMemo(() => planCheck(imageIds.flatMap((id) => libraryRow(id) ?? [])), [imageIds])
  const start = (): void => {
    setStarting(true)
    host()
      .api['jobs.start']({
        request: { kind: 'check', depth },
        imageIds: [...imageIds],
        batchTitle: title.slice(0, 200),
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
  const { checked, live, skipped } = plan
  return (
    <Dialog
      title={title}
      description="A check only reads. No image is changed."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            icon="check-circle"
            busy={starting}
            disabledReason={checked.length === 0 ? 'None of them can be checked' : undefined}
            onClick={start}
          >
            {checked.length === 0 ? 'Check' : `Check ${counted(checked.length, 'image')}`}
          </Button>
        </>
      }
    >
      <div className="plan-list">
        <p className="plan-total">
          {checked.length === 0
            ? 'Nothing here can be checked'
            : `${counted(checked.length, 'image')} will be checked`}
        </p>
        <PlanGroup
          title={`${counted(live.length, 'image')} in use: checked live, the result may lag behind`}
          rows={live}
        />
        {skipped.map(({ reason, rows }) => (
          <PlanGroup
            key={reason}
            title={`${formatCount(rows.length)} skipped: ${reason}`}
            rows={rows}
          />
        ))}
        {checked.length > 0 && (
          <div>
            <Segmented label="Depth" options={depths} value={depth} onChange={setDepth} />
            <p className="field-hint">{depthMeaning[depth]}</p>
          </div>
        )}
      </div>
    </Dialog>
  )
}

/** Names beyond this many say nothing more. */
const namesShown = 100

function PlanGroup({
  title,
  rows,
}: {
  readonly title: string
  readonly rows: readonly LibraryRow[]
}) {
  if (rows.length === 0) return null
  return (
    <details className="plan-group">
      <summary>{title}</summary>
      <div className="plan-names" tabIndex={0} role="region" aria-label={title}>
        <ul>
          {rows.slice(0, namesShown).map(({ id, path }) => (
            <li key={id}>{path}</li>
          ))}
          {rows.length > namesShown && <li>and {formatCount(rows.length - namesShown)} more</li>}
        </ul>
      </div>
    </details>
  )
}
