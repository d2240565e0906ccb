import { useRef, useState } from 'react'
import type { PlanOf } from '../../../ipc/schemas/plan.ts'
import { formatBytes } from '../../format/bytes.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { libraryRow, useLibrary } from '../../state/library.ts'
import { usePage } from '../../state/page.ts'
import { useSettings } from '../../state/settings.ts'
import { foreign } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { ChoosePathButton } from '../browse/choose-path-button.tsx'
import { ShowImageButton } from '../library/show-image-button.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { planTexts } from '../plan/plan-texts.ts'
import { useCreatePlan } from '../plan/use-action-plan.ts'
import { BaseField, baseOf } from './base-field.tsx'
import { CreateOptions } from './create-options.tsx'
import { createTexts } from './create-texts.ts'
import {
  folderOf,
  nameOf,
  newImageOutlook,
  plainImage,
  type Base,
  type NewImage,
} from './new-image.ts'
import './create.css'

export interface NewImageSheetProps {
  /** The image that the new one is an overlay of. */
  readonly base?: number | undefined
  readonly onClose: () => void
}

/** A new disk, or one built on another: name, place, size, and what it takes. */
export function NewImageSheet({ base: baseId, onClose }: NewImageSheetProps) {
  const isWindows = useAppInfo((state) => state.info?.platform.startsWith('win') === true)
  const [image, setImage] = useState<NewImage>(() => firstImage(baseId, isWindows))
  const change = (part: Partial<NewImage>): void => setImage((old) => ({ ...old, ...part }))
  const outlook = newImageOutlook(image, isWindows)
  const action = useCreatePlan(outlook.request)
  const name = useRef<HTMLInputElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const words = createTexts()
  const anotherFolder = {
    label: planTexts().writable.chooseFolder,
    run: () => place.current?.querySelector('button')?.click(),
  }
  return (
    <PlanDialog
      title={
        image.base === undefined
          ? words.title
          : words.overlayTitle(nameOf(image.base.path, isWindows))
      }
      description={outlook.path ?? words.noFolder}
      path={outlook.path ?? ''}
      action={action}
      request={outlook.request}
      ways={{ writable: anotherFolder, space: anotherFolder }}
      initialFocus={name}
      verb={{
        label: outlook.fileName === '' ? words.verb : words.verbFor(outlook.fileName),
        notYet: outlook.notYet,
      }}
      renderReceiptActions={(job) => (
        <ShowImageButton job={job} path={outlook.path} label={words.show} onClose={onClose} />
      )}
      onClose={onClose}
    >
      <div className="create">
        <div className="create-line">
          <TextField
            ref={name}
            className="create-name"
            label={words.name}
            value={image.name}
            aria-invalid={outlook.nameProblem !== undefined}
            hint={<Problem of={outlook.nameProblem} />}
            onFocus={(event) => event.target.select()}
            onChange={(text) => change({ name: text })}
          />
          <SizeField image={image} problem={outlook.sizeProblem} onChange={change} />
        </div>
        <div className="field">
          <span className="field-label">{words.folder}</span>
          <div className="create-place" ref={place}>
            <Icon name="folder" />
            <span className="create-path selectable">{image.folder ?? words.noFolder}</span>
            <ChoosePathButton
              purpose="folder"
              label={words.chooseFolder}
              onChoose={(folder) => change({ folder })}
            />
          </div>
        </div>
        {image.base === undefined ? (
          <div>
            <Segmented
              label={words.format}
              options={(['qcow2', 'raw'] as const).map((value) => ({
                value,
                label: words.formats[value],
              }))}
              value={image.format}
              onChange={(format) => change({ format })}
            />
            <p className="field-hint">{words.formatMeaning[image.format]}</p>
          </div>
        ) : (
          <div className="field">
            <span className="field-label">{words.format}</span>
            <p>{words.base.onlyQcow2}</p>
          </div>
        )}
        <BaseField
          base={image.base}
          isWindows={isWindows}
          onChange={(base) => change(onBase(base))}
        />
        <CreateOptions image={image} onChange={change} />
      </div>
      {action.plan?.detail.kind === 'create' && action.isCurrent && (
        <Outcome detail={action.plan.detail} isWhole={takesAll(image)} />
      )}
    </PlanDialog>
  )
}

/** In the folder that is looked at, or beside its base. */
function firstImage(baseId: number | undefined, isWindows: boolean): NewImage {
  const row = baseId === undefined ? undefined : libraryRow(baseId)
  if (row !== undefined) {
    const base = baseOf(row)
    return { ...plainImage, name: 'overlay', size: '', folder: folderOf(row.path, isWindows), base }
  }
  const { page } = usePage.getState()
  const { folders } = useLibrary.getState()
  const scope = page.kind === 'library' && page.scope.kind === 'folder' ? page.scope : undefined
  const folder = folders.find(({ id }) => id === scope?.folderId) ?? folders[0]
  return { ...plainImage, folder: folder?.path }
}

/** An overlay takes its size from its base, unless another one is written. */
const onBase = (base: Base | undefined): Partial<NewImage> =>
  base === undefined ? { base, size: plainImage.size } : { base, format: 'qcow2', size: '' }

const takesAll = ({ preallocation }: NewImage): boolean =>
  preallocation === 'falloc' || preallocation === 'full'

const Problem = ({ of }: { readonly of: string | undefined }) =>
  of === undefined ? null : <span className="field-error">{of}</span>

interface SizeFieldProps {
  readonly image: NewImage
  readonly problem: string | undefined
  readonly onChange: (part: Partial<NewImage>) => void
}

function SizeField({ image, problem, onChange }: SizeFieldProps) {
  const units = useSettings((state) => state.settings.units)
  const words = createTexts()
  const { base } = image
  const hint =
    base === undefined
      ? words.sizeHint
      : base.virtualSize === undefined
        ? words.sizeOfBaseUnknown
        : words.sizeOfBase(formatBytes(base.virtualSize, units))
  return (
    <TextField
      className="create-size"
      label={words.size}
      value={image.size}
      aria-invalid={problem !== undefined}
      hint={problem === undefined ? hint : <Problem of={problem} />}
      onChange={(size) => onChange({ size })}
    />
  )
}

interface OutcomeProps {
  readonly detail: PlanOf<'create'>
  /** The file has its whole size from the start. */
  readonly isWhole: boolean
}

/** What the plan says it comes to, with what people may not have meant. */
function Outcome({ detail, isWhole }: OutcomeProps) {
  const units = useSettings((state) => state.settings.units)
  const words = createTexts().outcome
  const bytes = formatBytes(detail.initialBytes, units)
  return (
    <>
      <Banner tone="info" title={words.title(formatBytes(detail.virtualSize, units))}>
        {isWhole ? words.takesAll(bytes) : words.takes(bytes)}
      </Banner>
      {detail.warnings.map(({ kind, text }) => (
        <Banner key={`${kind} ${text}`} tone="warn" title={foreign(text)} />
      ))}
    </>
  )
}
