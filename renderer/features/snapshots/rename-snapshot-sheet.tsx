import { useRef, useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import { TextField } from '../../ui/text-field.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { whyNotName } from './name-words.ts'
import { choiceOf } from './snapshot-choice.ts'
import { snapshotName } from './snapshot-words.ts'
import { snapshotsTexts } from './snapshots-texts.ts'
import { WithSnapshot, type OfSnapshotProps, type SnapshotSheetProps } from './with-snapshot.tsx'
import './snapshots.css'

export function RenameSnapshotSheet(props: SnapshotSheetProps) {
  return <WithSnapshot {...props}>{(of) => <RenameSnapshot {...of} />}</WithSnapshot>
}

function RenameSnapshot({ row, list, snapshot, onClose }: OfSnapshotProps) {
  // As it was when the dialog opened: afterwards it has the new name.
  const [old] = useState(snapshot)
  const [newName, setNewName] = useState(snapshot.name)
  const field = useRef<HTMLInputElement>(null)
  const words = snapshotsTexts()
  const notYet = whyNotName(newName, list.snapshots, old)
  const request: ImageAction | undefined =
    notYet === undefined
      ? {
          kind: 'snapshot',
          parameters: { action: 'rename', ...choiceOf(list.snapshots, old), newName },
        }
      : undefined
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, request, onClose })
  return (
    <PlanDialog
      title={words.rename.title(snapshotName(old), row.name)}
      size="normal"
      action={action}
      request={request}
      path={row.path}
      verb={{ label: words.rename.verb, icon: 'edit', notYet }}
      ways={ways}
      initialFocus={field}
      onClose={onClose}
    >
      <TextField
        ref={field}
        label={words.sheet.name}
        value={newName}
        hint={newName === old.name ? undefined : notYet}
        onChange={setNewName}
        onFocus={(event) => event.currentTarget.select()}
      />
    </PlanDialog>
  )
}
