import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId, useState } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { useLibrary } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Icon } from '../../ui/icon.tsx'
import { ChoosePathButton } from '../browse/choose-path-button.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { FilePlanView } from './file-plan-view.tsx'
import { joinPath, nameOf } from './new-path.ts'
import type { FileSheetProps } from './rename-sheet.tsx'
import { WithImage } from './with-image.tsx'
import './files.css'

export function MoveSheet({ imageId, onClose }: FileSheetProps) {
  return (
    <WithImage imageId={imageId} onClose={onClose}>
      {(row) => <Move row={row} onClose={onClose} />}
    </WithImage>
  )
}

function Move({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  const units = useSettings((state) => state.settings.units)
  // As it was when the dialog opened: afterwards the row is in the new folder.
  const [old] = useState(row)
  const [folder, setFolder] = useState<string>()
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
      onClose={onClose}
    >
      <div className="file-form">
        <FolderChoice from={old.location} folder={folder} onChoose={setFolder} />
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
                  : words.copied(formatBytes(detail.copiedBytes, units))}
              </p>
            )}
          </>
        )}
      </div>
    </PlanDialog>
  )
}

interface FolderChoiceProps {
  readonly from: string
  readonly folder: string | undefined
  readonly onChoose: (folder: string) => void
}

/** The folders that are in the library anyway, and any other one. */
function FolderChoice({ from, folder, onChoose }: FolderChoiceProps) {
  const id = useId()
  const known = useLibrary((state) => state.folders)
  const [others, setOthers] = useState<readonly string[]>([])
  const words = texts().files.move
  const paths = [...new Set([...others, ...known.map(({ path }) => path)])]
  return (
    <div className="field">
      <span id={id} className="field-label">
        {words.folder}
      </span>
      {paths.length > 0 && (
        <RadioGroup
          className="file-folders"
          aria-labelledby={id}
          value={folder ?? ''}
          onValueChange={(path: string) => onChoose(path)}
        >
          {paths.map((path) => (
            <Radio.Root
              key={path}
              value={path}
              className="file-folder"
              aria-label={path}
              disabled={path === from}
            >
              <Icon name="folder" />
              <span className="file-folder-path">{path}</span>
              <Radio.Indicator>
                <Icon name="check" />
              </Radio.Indicator>
            </Radio.Root>
          ))}
        </RadioGroup>
      )}
      <div>
        <ChoosePathButton
          purpose="folder"
          label={words.choose}
          onChoose={(path) => {
            setOthers((before) => [path, ...before])
            onChoose(path)
          }}
        />
      </div>
    </div>
  )
}
