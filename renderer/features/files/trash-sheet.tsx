import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { TrashManySheet } from './trash-many-sheet.tsx'
import { WithImage } from './with-image.tsx'
import './files.css'

export interface TrashSheetProps {
  readonly imageIds: readonly number[]
  readonly onClose: () => void
}

/** Asks before a file goes to the Trash, and says who needs it. */
export function TrashSheet({ imageIds, onClose }: TrashSheetProps) {
  const [only, ...others] = imageIds
  if (only === undefined || others.length > 0) {
    return <TrashManySheet imageIds={imageIds} onClose={onClose} />
  }
  return (
    <WithImage imageId={only} onClose={onClose}>
      {(row) => <Trash row={row} onClose={onClose} />}
    </WithImage>
  )
}

const request: ImageAction = { kind: 'trash', parameters: {} }

function Trash({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  const units = useSettings((state) => state.settings.units)
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, onClose })
  const words = texts().files.trash
  const bytes = row.onDisk ?? row.fileLength
  return (
    <PlanDialog
      title={words.title(row.name)}
      size="normal"
      action={action}
      request={request}
      path={row.path}
      verb={{ label: words.verb, icon: 'trash' }}
      ways={ways}
      onClose={onClose}
    >
      <div className="file-form">
        <p>{words.meaning}</p>
        <p className="muted" title={exactBytes(bytes)}>
          {words.bytes(formatBytes(bytes, units))}
        </p>
      </div>
    </PlanDialog>
  )
}
