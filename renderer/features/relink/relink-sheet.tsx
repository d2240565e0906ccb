import { useState } from 'react'
import type { ActionOf } from '../../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import { useLibrary } from '../../state/library.ts'
import { foreign } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { backingName, nameOf } from '../files/new-path.ts'
import type { FileSheetProps } from '../files/rename-sheet.tsx'
import { WithImage } from '../files/with-image.tsx'
import { PlanDialog } from '../plan/plan-dialog.tsx'
import { useActionPlan } from '../plan/use-action-plan.ts'
import { useWaysOut } from '../plan/use-ways-out.ts'
import { BackingChoice } from './backing-choice.tsx'
import { relinkTexts } from './relink-texts.ts'
import './relink.css'

export function RelinkSheet({ imageId, onClose }: FileSheetProps) {
  return (
    <WithImage imageId={imageId} onClose={onClose}>
      {(row) => <Relink row={row} onClose={onClose} />}
    </WithImage>
  )
}

type Format = ActionOf<'relink'>['parameters']['backingFormat']
/** Names of formats are the same in every language. */
const formats = (['qcow2', 'raw'] as const).map((value) => ({ value, label: value }))

interface Chosen {
  readonly path: string
  readonly format: Format
  readonly isRelative: boolean
}

function Relink({ row, onClose }: { readonly row: LibraryRow; readonly onClose: () => void }) {
  const rows = useLibrary((state) => state.rows)
  const [chosen, setChosen] = useState<Chosen>()
  const words = relinkTexts()
  const request: ActionOf<'relink'> | undefined =
    chosen === undefined
      ? undefined
      : {
          kind: 'relink',
          parameters: { backing: writtenAs(row, chosen), backingFormat: chosen.format },
        }
  const action = useActionPlan({ imageId: row.id, request })
  const ways = useWaysOut({ image: row, action, request, onClose })
  const choose = (path: string): void => {
    const known = [...rows.values()].find((candidate) => candidate.path === path)
    const isInside = backingName(row.location, path) !== path
    setChosen({
      path,
      format: known?.format === 'raw' || isRawName(path) ? 'raw' : 'qcow2',
      isRelative: isInside,
    })
  }
  const canBeRelative =
    chosen !== undefined && backingName(row.location, chosen.path) !== chosen.path
  return (
    <PlanDialog
      title={words.title(row.name)}
      action={action}
      request={request}
      path={row.path}
      verb={{
        label: chosen === undefined ? words.verbAlone : words.verb(nameOf(chosen.path)),
        icon: 'link',
        notYet: chosen === undefined ? words.needsFile : undefined,
      }}
      ways={ways}
      onClose={onClose}
    >
      <p className="muted">{words.meaning}</p>
      <BackingChoice row={row} rows={rows} chosen={chosen?.path} onChoose={choose} />
      {chosen !== undefined && (
        <div className="relink-choices">
          <Select
            label={words.format}
            options={formats}
            value={chosen.format}
            onChange={(format) => setChosen({ ...chosen, format })}
          />
          {canBeRelative && (
            <div>
              <Segmented
                label={words.written}
                options={[
                  { value: 'relative', label: words.relative },
                  { value: 'absolute', label: words.absolute },
                ]}
                value={chosen.isRelative ? 'relative' : 'absolute'}
                onChange={(value) => setChosen({ ...chosen, isRelative: value === 'relative' })}
              />
              <p className="field-hint">
                {chosen.isRelative ? words.relativeHint : words.absoluteHint}
              </p>
            </div>
          )}
        </div>
      )}
      {chosen !== undefined && <HeaderChange plan={action.plan} />}
    </PlanDialog>
  )
}

const writtenAs = ({ location }: LibraryRow, { path, isRelative }: Chosen): string =>
  isRelative ? backingName(location, path) : path

/** A file that is not in the library: its name says it mostly, and the plan looks. */
const isRawName = (path: string): boolean => /\.(?:raw|img)$/i.test(path)

/** The name in the header, now and then. */
function HeaderChange({ plan }: { readonly plan: ActionPlan | undefined }) {
  if (plan?.detail.kind !== 'relink') return null
  const { before, after, warnings } = plan.detail
  const words = relinkTexts()
  return (
    <>
      <section className="relink-header" aria-label={words.header}>
        <div className="relink-side">
          <h3>{words.now}</h3>
          <code className="selectable">
            {before.backing === '' ? words.nothing : before.backing}
          </code>
          <span className="muted">{before.backingFormat ?? words.noFormat}</span>
        </div>
        <div className="relink-side">
          <h3>{words.afterwards}</h3>
          <code className="selectable">{after.backing}</code>
          <span className="muted">{after.backingFormat}</span>
        </div>
      </section>
      {warnings.length > 0 && (
        <Banner tone="warn" title={words.warnings}>
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>{foreign(warning)}</li>
            ))}
          </ul>
        </Banner>
      )}
    </>
  )
}
