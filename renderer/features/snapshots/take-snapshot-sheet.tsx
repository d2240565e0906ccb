import { useRef, useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { TextField } from '../../ui/text-field.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { whyNotName } from './name-words.ts'
import { proposeName, type SnapshotList } from './snapshot-choice.ts'
import { snapshotsTexts } from './snapshots-texts.ts'
import { WithSnapshots } from './with-snapshot.tsx'
import './snapshots.css'

export interface TakeSnapshotSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

export function TakeSnapshotSheet({ imageId, onClose }: TakeSnapshotSheetProps) {
  return (
    <WithSnapshots imageId={imageId} onClose={onClose}>
      {(row, list) => <TakeSnapshot row={row} list={list} onClose={onClose} />}
    </WithSnapshots>
  )
}

interface TakeSnapshotProps {
  readonly row: LibraryRow
  readonly list: SnapshotList
  readonly onClose: () => void
}

function TakeSnapshot({ row, list, onClose }: TakeSnapshotProps) {
  const [name, setName] = useState(() => proposeName(new Date(), list.snapshots))
  const field = useRef<HTMLInputElement>(null)
  const words = snapshotsTexts()
  const notYet = whyNotName(name, list.snapshots)
  const request: ImageAction | undefined =
    notYet === undefined ? { kind: 'snapshot', parameters: { action: 'create', name } } : undefined
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, request, onClose })
  return (
    <PlanDialog
      title={words.take.title(row.name)}
      size="normal"
      action={action}
      request={request}
      path={row.path}
      verb={{ label: words.take.verb, icon: 'snapshot', notYet }}
      ways={ways}
      initialFocus={field}
      onClose={onClose}
    >
      <div className="snapshot-form">
        <p>{words.take.meaning}</p>
        <TextField
          ref={field}
          label={words.sheet.name}
          value={name}
          hint={notYet}
          onChange={setName}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
    </PlanDialog>
  )
}
