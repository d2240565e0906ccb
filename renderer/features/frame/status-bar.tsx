import { useMemo } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { useLibrary } from '../../state/library.ts'
import { useSelection } from '../../state/selection.ts'
import { useSettings } from '../../state/settings.ts'
import { useVisibleRows } from '../../state/visible-rows.ts'
import { texts } from '../../texts/texts.ts'
import './status-bar.css'

interface Sums {
  readonly virtualSize: number
  readonly onDisk: number
  /** Images whose size is not known are not in the sums. */
  readonly unknown: number
}

function sum(rows: readonly LibraryRow[]): Sums {
  let virtualSize = 0
  let onDisk = 0
  let unknown = 0
  for (const row of rows) {
    if (row.virtualSize === undefined || row.onDisk === undefined) unknown += 1
    virtualSize += row.virtualSize ?? 0
    onDisk += row.onDisk ?? 0
  }
  return { virtualSize, onDisk, unknown }
}

export function StatusBar() {
  const rows = useVisibleRows((state) => state.rows)
  const scoped = useVisibleRows((state) => state.scoped.length)
  const selected = useSelection((state) => state.selected)
  const library = useLibrary((state) => state.rows)
  const units = useSettings((state) => state.settings.units)
  const version = useAppInfo((state) => state.info?.engineVersion)
  const words = texts().frame.statusBar
  const many = selected.size > 1
  const counting = useMemo(
    () => (many ? [...selected].flatMap((id) => library.get(id) ?? []) : rows),
    [many, selected, library, rows],
  )
  const { virtualSize, onDisk, unknown } = useMemo(() => sum(counting), [counting])
  const count = many
    ? words.selected(formatCount(selected.size), counted(rows.length, 'image'))
    : rows.length === scoped
      ? counted(rows.length, 'image')
      : words.shown(formatCount(rows.length), counted(scoped, 'image'))
  return (
    <footer className="status-bar">
      <span className="truncate">{count}</span>
      {counting.length > 0 && (
        <>
          <span className="truncate" title={exactBytes(virtualSize)}>
            {words.virtual(formatBytes(virtualSize, units))}
          </span>
          <span className="truncate" title={exactBytes(onDisk)}>
            {words.onDisk(formatBytes(onDisk, units))}
          </span>
        </>
      )}
      {unknown > 0 && (
        <span className="truncate muted">{words.ofUnknownSize(formatCount(unknown))}</span>
      )}
      <span className="status-bar-end truncate muted">
        {version !== undefined && words.engine(version)}
      </span>
    </footer>
  )
}
