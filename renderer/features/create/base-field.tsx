import { useRef, useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatBytes } from '../../format/bytes.ts'
import { useLibrary } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { formatWords } from '../library/format-words.ts'
import { HealthBadge } from '../library/health-badge.tsx'
import { BasePicker } from './base-picker.tsx'
import { createTexts } from './create-texts.ts'
import { nameOf, type Base } from './new-image.ts'

export interface BaseFieldProps {
  readonly base: Base | undefined
  readonly isWindows: boolean
  readonly onChange: (base: Base | undefined) => void
}

/** What the new image is built on: nothing, or an image that must stay as it is from then on. */
export function BaseField({ base, isWindows, onChange }: BaseFieldProps) {
  const rows = useLibrary((state) => state.rows)
  const [isChoosing, setChoosing] = useState(false)
  const search = useRef<HTMLButtonElement>(null)
  const words = createTexts().base
  const row = base && rowAt(base.path, rows)
  const choose = (path: string): void => {
    const chosen = rowAt(path, rows)
    onChange(
      chosen === undefined ? { path, format: undefined, virtualSize: undefined } : baseOf(chosen),
    )
  }
  /** What it means to be a base stands where the list was. */
  const close = (): void => {
    setChoosing(false)
    search.current?.focus()
  }
  return (
    <div className="field" role="group" aria-label={words.title}>
      <span className="field-label">{words.title}</span>
      <div className="create-place">
        <Icon name={base === undefined ? 'disk' : 'chain'} />
        <span className="create-path selectable" title={base?.path}>
          {base === undefined ? words.none : nameOf(base.path, isWindows)}
          {row !== undefined && <BaseFacts row={row} />}
        </span>
        {row !== undefined && <HealthBadge row={row} />}
        {base !== undefined && (
          <Button
            onClick={() => {
              setChoosing(false)
              onChange(undefined)
            }}
          >
            {words.remove}
          </Button>
        )}
        <Button
          ref={search}
          icon="search"
          aria-expanded={isChoosing}
          onClick={() => setChoosing(!isChoosing)}
        >
          {isChoosing ? words.close : words.choose}
        </Button>
      </div>
      {isChoosing && <BasePicker chosen={base?.path} onChoose={choose} onDone={close} />}
      {base !== undefined && <Meaning row={row} />}
    </div>
  )
}

export const baseOf = (row: LibraryRow): Base => ({
  path: row.path,
  format: row.format === 'qcow2' || row.format === 'raw' ? row.format : undefined,
  virtualSize: row.virtualSize,
})

const rowAt = (path: string, rows: ReadonlyMap<number, LibraryRow>): LibraryRow | undefined =>
  [...rows.values()].find((row) => row.path === path)

function BaseFacts({ row }: { readonly row: LibraryRow }) {
  const units = useSettings((state) => state.settings.units)
  const size = row.virtualSize
  return (
    <span className="muted create-base-facts">
      {[formatWords(row), ...(size === undefined ? [] : [formatBytes(size, units)])].join(', ')}
    </span>
  )
}

/** Names beyond this many are counted. */
const overlaysNamed = 4

/** What it means to be a base, and for whom it is one already. */
function Meaning({ row }: { readonly row: LibraryRow | undefined }) {
  const rows = useLibrary((state) => state.rows)
  const words = createTexts().base
  const overlays =
    row === undefined || row.childCount === 0
      ? []
      : [...rows.values()].filter(({ parentId }) => parentId === row.id).map(({ name }) => name)
  return (
    <>
      <p className="field-hint">{words.meaning}</p>
      {overlays.length > 0 && (
        <p className="field-hint">
          {words.builtOn(
            overlays.slice(0, overlaysNamed).join(', '),
            Math.max(0, overlays.length - overlaysNamed),
          )}
        </p>
      )}
      {row !== undefined && row.use.state === 'writing' && (
        <p className="field-error">{words.isWritten}</p>
      )}
    </>
  )
}
