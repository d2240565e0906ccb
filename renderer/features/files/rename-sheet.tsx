import { useRef, useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { texts } from '../../texts/texts.ts'
import { TextField } from '../../ui/text-field.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { FilePlanView } from './file-plan-view.tsx'
import { extensionOf, joinPath, stemLength } from './new-path.ts'
import { useWhyNotName } from './why-not-name.ts'
import { WithImage } from './with-image.tsx'
import './files.css'

export interface FileSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

export interface RenameSheetProps extends FileSheetProps {
  /** Written already, in the list. */
  readonly name?: string | undefined
}

export function RenameSheet({ imageId, name, onClose }: RenameSheetProps) {
  return (
    <WithImage imageId={imageId} onClose={onClose}>
      {(row) => <Rename row={row} written={name ?? row.name} onClose={onClose} />}
    </WithImage>
  )
}

interface RenameProps {
  readonly row: LibraryRow
  readonly written: string
  readonly onClose: () => void
}

function Rename({ row, written, onClose }: RenameProps) {
  // As it was when the dialog opened: afterwards the row has the new name.
  const [old] = useState(row)
  const [name, setName] = useState(written)
  const field = useRef<HTMLInputElement>(null)
  const path = joinPath(old.location, name)
  const notYet = useWhyNotName(old, name)
  const words = texts().files.rename
  const request: ImageAction | undefined =
    notYet === undefined ? { kind: 'rename', parameters: { path } } : undefined
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, request, onClose })
  const [before, after] = [extensionOf(old.name), extensionOf(name)]
  const extension = words.extension(
    before === '' ? words.noExtension : before,
    after === '' ? words.noExtension : after,
  )
  return (
    <PlanDialog
      title={words.title(old.name)}
      description={old.path}
      size="normal"
      action={action}
      request={request}
      path={old.path}
      verb={{
        label: notYet === undefined ? words.verb(name) : words.verbAlone,
        icon: 'edit',
        notYet,
      }}
      ways={ways}
      initialFocus={field}
      onClose={onClose}
    >
      <div className="file-form">
        <TextField
          ref={field}
          label={words.name}
          value={name}
          spellCheck={false}
          autoComplete="off"
          hint={
            notYet === undefined
              ? before !== after && extension
              : name === old.name
                ? undefined
                : notYet
          }
          onChange={setName}
          onFocus={({ currentTarget }) =>
            currentTarget.setSelectionRange(0, stemLength(currentTarget.value))
          }
        />
        {notYet === undefined && <FilePlanView plan={action.plan} />}
      </div>
    </PlanDialog>
  )
}
