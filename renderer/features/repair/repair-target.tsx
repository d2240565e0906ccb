import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { Segmented } from '../../ui/segmented.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { extensionOf, stemLength } from '../files/new-path.ts'
import { repairTexts } from './repair-texts.ts'

export interface RepairTargetProps {
  /** The copy's name; undefined: the image itself is repaired. */
  readonly name: string | undefined
  /** Why the copy cannot have that name. */
  readonly fault: string | undefined
  /** What the copy takes, once it is planned. */
  readonly bytes: number | undefined
  readonly row: Pick<LibraryRow, 'name'>
  readonly onChange: (name: string | undefined) => void
}

/** The image itself, or a copy that is made for it. */
export function RepairTarget({ name, fault, bytes, row, onChange }: RepairTargetProps) {
  const units = useSettings((state) => state.settings.units)
  const words = repairTexts().target
  const target = name === undefined ? 'image' : 'copy'
  return (
    <div className="repair-mode">
      <Segmented
        label={words.label}
        options={(['image', 'copy'] as const).map((value) => ({ value, label: words[value] }))}
        value={target}
        onChange={(value) => onChange(value === 'copy' ? suggestedName(row.name) : undefined)}
      />
      <p className="field-hint">{name === undefined ? words.imageMeaning : words.copyMeaning}</p>
      {name !== undefined && (
        <TextField
          label={words.name}
          value={name}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={fault !== undefined}
          hint={fault ?? (bytes !== undefined && words.needs(formatBytes(bytes, units)))}
          onChange={onChange}
          onFocus={({ currentTarget }) =>
            currentTarget.setSelectionRange(0, stemLength(currentTarget.value))
          }
        />
      )}
    </div>
  )
}

const suggestedName = (name: string): string =>
  repairTexts().target.suggested(name.slice(0, stemLength(name)), extensionOf(name))
