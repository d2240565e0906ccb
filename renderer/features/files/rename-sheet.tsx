import { useRef, useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { TextField } from '../../ui/text-field.tsx'
import { unreachable } from '../../unreachable.ts'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { FilePlanView } from './file-plan-view.tsx'
import { extensionOf, fileNameFault, joinPath, stemLength } from './new-path.ts'
import { WithImage } from './with-image.tsx'
import './files.css'

export interface FileSheetProps {
  readonly imageId: number
  readonly onClose: () => void
}

export function RenameSheet({ imageId, onClose }: FileSheetProps) {
  return (
    <WithImage imageId={imageId} onClose={onClose}>
      {(row) => <Rename row={row} onClose={onClose} />}
    </WithImage>
  )
}

function Rename({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  // As it was when the dialog opened: afterwards the row has the new name.
  const [old] = useState(row)
  const [name, setName] = useState(old.name)
  const field = useRef<HTMLInputElement>(null)
  const path = joinPath(old.location, name)
  const notYet = useWhyNotName(old, name)
  const words = texts().files.rename
  const request: ImageAction | undefined =
    notYet === undefined ? { kind: 'rename', parameters: { path } } : undefined
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, onClose })
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

function useWhyNotName(row: LibraryRow, name: string): string | undefined {
  const path = joinPath(row.location, name)
  const isTaken = useLibrary(({ rows }) =>
    [...rows.values()].some((other) => other.id !== row.id && other.path === path),
  )
  const words = texts().files.path
  const fault = fileNameFault(name, row.name)
  switch (fault) {
    case undefined:
      return isTaken ? words.taken(name) : undefined
    case 'empty':
    case 'same':
    case 'separator':
    case 'reserved':
      return words[fault]
    case 'too-long':
      return words.tooLong
    default:
      return unreachable(fault)
  }
}
