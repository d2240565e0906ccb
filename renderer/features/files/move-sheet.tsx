import { useRef, useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { FilePlanView } from './file-plan-view.tsx'
import { FolderChoice } from './folder-choice.tsx'
import { MoveManySheet, type MoveManySheetProps } from './move-many-sheet.tsx'
import { joinPath, nameOf } from './new-path.ts'
import { WithImage } from './with-image.tsx'
import './files.css'

/** Another folder for one image with its plan, or for several. */
export function MoveSheet({ imageIds, onClose }: MoveManySheetProps) {
  const [only, ...others] = imageIds
  if (only === undefined || others.length > 0) {
    return <MoveManySheet imageIds={imageIds} onClose={onClose} />
  }
  return (
    <WithImage imageId={only} onClose={onClose}>
      {(row) => <Move row={row} onClose={onClose} />}
    </WithImage>
  )
}

function Move({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  const units = useSettings((state) => state.settings.units)
  // As it was when the dialog opened: afterwards the row is in the new folder.
  const [old] = useState(row)
  const [folder, setFolder] = useState<string>()
  const first = useRef<HTMLElement>(null)
  const words = texts().files.move
  const request: ImageAction | undefined =
    folder === undefined || folder === old.location
      ? undefined
      : { kind: 'move', parameters: { path: joinPath(folder, old.name) } }
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, request, onClose })
  const detail = action.plan?.detail.kind === 'file' ? action.plan.detail : undefined
  const notYet =
    folder === undefined ? words.needsFolder : folder === old.location ? words.same : undefined
  return (
    <PlanDialog
      title={words.title(old.name)}
      description={old.path}
      size="normal"
      action={action}
      request={request}
      path={old.path}
      verb={{
        label: folder === undefined ? words.verbAlone : words.verb(nameOf(folder)),
        icon: 'move',
        notYet,
      }}
      ways={ways}
      initialFocus={first}
      onClose={onClose}
    >
      <div className="file-form">
        <FolderChoice from={old.location} folder={folder} first={first} onChoose={setFolder} />
        {request !== undefined && (
          <>
            <FilePlanView plan={action.plan} />
            {action.isCurrent && detail !== undefined && (
              <p
                className="muted"
                title={
                  detail.copiedBytes === undefined ? undefined : exactBytes(detail.copiedBytes)
                }
              >
                {detail.copiedBytes === undefined
                  ? words.renamed
                  : words.copied(formatBytes(detail.copiedBytes, units), 1)}
              </p>
            )}
          </>
        )}
      </div>
    </PlanDialog>
  )
}
