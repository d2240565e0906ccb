import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import type { ActionPlan, PlanOf } from '../../../ipc/schemas/plan.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { host } from '../../host.ts'
import { useNow } from '../../state/clock.ts'
import { useLibrary } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { foreign, texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { requestWords } from '../jobs/job-words.ts'
import { summaryOf } from '../jobs/summary-of.ts'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { CareLeft } from '../repair/care-left.tsx'
import './undo.css'

export interface UndoSheetProps {
  readonly imageId: number
  readonly jobId: string
  readonly onClose: () => void
}

/** What was done, what would return, and what stands against it; the image may have left the library. */
export function UndoSheet({ imageId, jobId, onClose }: UndoSheetProps) {
  const job = useAnswer({
    subject: jobId,
    version: 0,
    ask: (signal) => host().api['jobs.get']({ jobId }, { signal }),
  })
  if (job.kind === 'ready') {
    return <UndoPreview imageId={imageId} job={job.value} onClose={onClose} />
  }
  // Asked and answered within a frame or two.
  if (job.kind === 'waiting') return null
  return (
    <Dialog
      title={texts().undo.store.title}
      onClose={onClose}
      footer={<Button onClick={onClose}>{texts().common.close}</Button>}
    >
      <ErrorPanel error={job.error} />
    </Dialog>
  )
}

interface UndoPreviewProps {
  readonly imageId: number
  readonly job: Job
  readonly onClose: () => void
}

function UndoPreview({ imageId, job, onClose }: UndoPreviewProps) {
  const now = useNow(30_000)
  const request: ImageAction = { kind: 'undo', parameters: { id: job.id } }
  const action = useActionPlan({ imageId, request })
  const words = texts().undo.sheet
  const what = requestWords(job.request)
  // It may have been renamed or moved since; what left the library has only the place it had.
  const row = useLibrary(({ rows }) => rows.get(imageId))
  const at = job.endedAt ?? job.queuedAt
  return (
    <PlanDialog
      title={words.title(what, row?.name ?? job.imageName)}
      size="normal"
      action={action}
      request={request}
      path={row?.path ?? job.imagePath}
      verb={{ label: words.verb(what), icon: 'undo' }}
      renderNext={(undone) => <CareLeft job={undone} onClose={onClose} />}
      onClose={onClose}
    >
      <section className="undo-part">
        <h3 className="undo-heading">{words.done}</h3>
        <p className="undo-main selectable">{summaryOf(job) ?? what}</p>
        <p className="muted" title={exactDate(at)}>
          {words.doneWords(what, relativeDate(at, now), texts().jobs.actors[job.actor])}
        </p>
      </section>
      <Returns plan={action.plan} hasFailed={action.error !== undefined} />
    </PlanDialog>
  )
}

interface ReturnsProps {
  readonly plan: ActionPlan | undefined
  readonly hasFailed: boolean
}

function Returns({ plan, hasFailed }: ReturnsProps) {
  const units = useSettings((state) => state.settings.units)
  const words = texts().undo.sheet
  const detail = plan?.detail.kind === 'undo' ? plan.detail : undefined
  if (detail === undefined && hasFailed) return null
  return (
    <section className="undo-part undo-returns" aria-busy={detail === undefined}>
      <h3 className="undo-heading">{words.returns}</h3>
      <p className="undo-main selectable">
        {detail === undefined ? words.looking : foreign(detail.returns)}
      </p>
      {detail?.damage !== undefined && <DamageReturns damage={detail.damage} />}
      {detail?.bytesWritten !== undefined && detail.bytesWritten > 0 && (
        <p className="muted" title={exactBytes(detail.bytesWritten)}>
          {words.written(formatBytes(detail.bytesWritten, units))}
        </p>
      )}
    </section>
  )
}

type Damage = NonNullable<PlanOf<'undo'>['damage']>

/** Of undoing a repair: leaks are no danger, all else is. */
function DamageReturns({ damage }: { readonly damage: Damage }) {
  const words = texts().undo.sheet
  const { corruptions, leaks, checkErrors, warnings } = damage
  const parts = [
    corruptions > 0 && counted(corruptions, 'corruption'),
    leaks > 0 && counted(leaks, 'leakedCluster'),
    checkErrors > 0 && counted(checkErrors, 'checkError'),
    warnings > 0 && counted(warnings, 'warning'),
  ].filter((part) => part !== false)
  if (parts.length === 0) return null
  const isWasteOnly = corruptions + checkErrors + warnings === 0
  const list = parts.join(', ')
  return (
    <Banner tone="warn" title={isWasteOnly ? words.waste : words.damage}>
      {isWasteOnly ? words.wasteText(list) : words.damageText(list)}
    </Banner>
  )
}
