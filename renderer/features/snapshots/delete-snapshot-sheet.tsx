import { useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { choiceOf } from './snapshot-choice.ts'
import { snapshotName } from './snapshot-words.ts'
import { snapshotsTexts } from './snapshots-texts.ts'
import { WithSnapshot, type OfSnapshotProps, type SnapshotSheetProps } from './with-snapshot.tsx'
import './snapshots.css'

export function DeleteSnapshotSheet(props: SnapshotSheetProps) {
  return <WithSnapshot {...props}>{(of) => <DeleteSnapshot {...of} />}</WithSnapshot>
}

function DeleteSnapshot({ row, list, snapshot, onClose }: OfSnapshotProps) {
  const { units, undoQuotaBytes } = useSettings((state) => state.settings)
  const [choice] = useState(() => choiceOf(list.snapshots, snapshot))
  const words = snapshotsTexts().delete
  const own = snapshot.exclusiveBytes
  const tooBig = own !== undefined && own > undoQuotaBytes
  const canKeep = undoQuotaBytes > 0 && !tooBig
  const [wanted, setWanted] = useState(true)
  const keep = wanted && canKeep
  const request: ImageAction = {
    kind: 'snapshot',
    parameters: { action: 'delete', ...choice, ...(keep && { keep }) },
  }
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, onClose })
  const detail = action.plan?.detail.kind === 'snapshot' ? action.plan.detail : undefined
  const frees = detail?.letsGoBytes
  const name = snapshotName(snapshot)
  const keepHint = keepWords()
  function keepWords(): string {
    if (undoQuotaBytes === 0) return words.keepOff
    const bytes = formatBytes(own ?? frees ?? 0, units)
    if (tooBig) return words.keepTooBig(bytes, formatBytes(undoQuotaBytes, units))
    return keep ? words.keepHint : words.forGood
  }
  return (
    <PlanDialog
      title={words.title(name, row.name)}
      size="normal"
      action={action}
      request={request}
      path={row.path}
      verb={{ label: words.verb, icon: 'trash', isDanger: !keep }}
      ways={ways}
      onClose={onClose}
    >
      <div className="snapshot-form">
        <div className="snapshot-outcome" aria-busy={frees === undefined}>
          <strong title={frees === undefined ? undefined : exactBytes(frees)}>
            {frees === undefined
              ? words.looking
              : frees === 0
                ? words.freesNothing
                : words.frees(formatBytes(frees, units))}
          </strong>
          <p className="muted">
            {words.meaning}
            {frees !== undefined && frees > 0 && ` ${words.compact}`}
          </p>
        </div>
        <Checkbox
          label={words.keep}
          checked={keep}
          disabled={!canKeep}
          hint={keepHint}
          onChange={setWanted}
        />
      </div>
    </PlanDialog>
  )
}
