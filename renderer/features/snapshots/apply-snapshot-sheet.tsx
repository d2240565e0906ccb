import { useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { PlanOf } from '../../../ipc/schemas/plan.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { useSettings } from '../../state/settings.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { whyNotName } from './name-words.ts'
import { choiceOf, proposeName } from './snapshot-choice.ts'
import { snapshotName } from './snapshot-words.ts'
import { snapshotsTexts } from './snapshots-texts.ts'
import { WithSnapshot, type OfSnapshotProps, type SnapshotSheetProps } from './with-snapshot.tsx'
import './snapshots.css'

export function ApplySnapshotSheet(props: SnapshotSheetProps) {
  return <WithSnapshot {...props}>{(of) => <ApplySnapshot {...of} />}</WithSnapshot>
}

function ApplySnapshot({ row, list, snapshot, onClose }: OfSnapshotProps) {
  const now = useNow(30_000)
  const units = useSettings((state) => state.settings.units)
  const [choice] = useState(() => choiceOf(list.snapshots, snapshot))
  const [takes, setTakes] = useState(true)
  const [takeName, setTakeName] = useState(() => proposeName(new Date(), list.snapshots))
  const words = snapshotsTexts().apply
  const notYet = takes ? whyNotName(takeName, list.snapshots) : undefined
  const request: ImageAction | undefined =
    notYet === undefined
      ? {
          kind: 'snapshot',
          parameters: { action: 'apply', ...choice, ...(takes && { take: takeName }) },
        }
      : undefined
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, onClose })
  const detail = action.plan?.detail.kind === 'snapshot' ? action.plan.detail : undefined
  const name = snapshotName(snapshot)
  const losesSomething = !takes && detail?.letsGoBytes !== 0
  return (
    <PlanDialog
      title={words.title(name, row.name)}
      size="normal"
      action={action}
      request={request}
      path={row.path}
      verb={{
        label: takes ? words.verbTake : words.verb,
        icon: 'undo',
        isDanger: losesSomething,
        notYet,
      }}
      ways={ways}
      onClose={onClose}
    >
      <div className="snapshot-form">
        <p>{words.meaning(relativeDate(snapshot.createdAt, now))}</p>
        <Checkbox label={words.take} hint={words.takeHint} checked={takes} onChange={setTakes} />
        {takes && (
          <div className="snapshot-nested">
            <TextField
              label={words.takeName}
              value={takeName}
              hint={notYet}
              onChange={setTakeName}
            />
          </div>
        )}
        <Outcome detail={detail} takes={takes} isCurrent={action.isCurrent} />
        {snapshot.vmStateSize > 0 && (
          <p className="muted">{words.state(formatBytes(snapshot.vmStateSize, units))}</p>
        )}
      </div>
    </PlanDialog>
  )
}

interface OutcomeProps {
  readonly detail: PlanOf<'snapshot'> | undefined
  readonly takes: boolean
  readonly isCurrent: boolean
}

/** What becomes of the present state. */
function Outcome({ detail, takes, isCurrent }: OutcomeProps) {
  const units = useSettings((state) => state.settings.units)
  const words = snapshotsTexts().apply
  if (detail === undefined || !isCurrent) return null
  const { letsGoBytes, sizeBefore, sizeAfter, bitmapsLost } = detail
  const loses = !takes && letsGoBytes !== 0
  const headline = takes
    ? words.keeps
    : letsGoBytes === undefined
      ? words.losesUnknown
      : letsGoBytes === 0
        ? words.losesNothing
        : words.loses(formatBytes(letsGoBytes, units))
  return (
    <div className={`snapshot-outcome${loses ? ' snapshot-outcome-bad' : ''}`}>
      <strong title={letsGoBytes === undefined ? undefined : exactBytes(letsGoBytes)}>
        {headline}
      </strong>
      {sizeBefore !== sizeAfter && (
        <p>{words.size(formatBytes(sizeBefore, units), formatBytes(sizeAfter, units))}</p>
      )}
      {bitmapsLost.length > 0 && <p>{words.bitmaps(bitmapsLost.join(', '))}</p>}
    </div>
  )
}
