import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { announce } from '../../state/announce.ts'
import { clearSelection, selectAll, useSelection } from '../../state/selection.ts'
import { changeSettings, previewSettings, useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { arrangeColumns, changeColumn, type PlacedColumn } from './column-layout.ts'
import { columns as allColumns, columnTitle } from './columns.tsx'

export interface TableHeaderProps {
  readonly columns: readonly PlacedColumn[]
  readonly width: number
  readonly order: readonly number[]
}

/** Sorts by a press, resizes by the edge or with Alt and the arrow keys. One tab stop; arrows move. */
export function TableHeader({ columns, width, order }: TableHeaderProps) {
  const sort = useSettings((state) => state.settings.sort)
  const [stop, setStop] = useState<string>()
  const tabStop = stop ?? sort.column
  const hasStop = columns.some(({ id }) => id === tabStop)

  const onKeyDown = (event: KeyboardEvent<HTMLElement>, position: number): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    const step = event.key === 'ArrowRight' ? 1 : -1
    const column = columns[position]
    event.preventDefault()
    if (event.altKey && column !== undefined) {
      resize(column, column.width + step * 16, true)
      announce(texts().library.table.width(columnTitle(column.id), column.width + step * 16))
      return
    }
    const next = columns[position + step]
    if (next === undefined) return
    setStop(next.id)
    document.getElementById(headerId(next.id))?.focus()
  }

  return (
    <div role="rowgroup" className="library-header" style={{ width }}>
      <div role="row" aria-rowindex={1} className="library-header-row">
        <SelectAllCell order={order} />
        {columns.map((column, position) => {
          const sorted = sort.column === column.id
          return (
            <div
              key={column.id}
              role="columnheader"
              aria-colindex={position + 2}
              aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              className={clsx(
                'library-heading',
                column.id === 'name' && 'library-heading-name',
                column.end === true && 'library-heading-end',
              )}
              style={{ width: column.width }}
            >
              <button
                type="button"
                id={headerId(column.id)}
                className="library-heading-button"
                title={columnTitle(column.id)}
                tabIndex={(hasStop ? column.id === tabStop : position === 0) ? 0 : -1}
                onFocus={() => setStop(column.id)}
                onKeyDown={(event) => onKeyDown(event, position)}
                onClick={() => sortBy(column, sorted && !sort.descending)}
              >
                <span className="truncate">{columnTitle(column.id)}</span>
                {sorted && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size={12} />}
              </button>
              <ResizeHandle column={column} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

const headerId = (id: string): string => `column-${id}`

function sortBy(column: PlacedColumn, descending: boolean): void {
  changeSettings({ sort: { column: column.id, descending } })
  announce(texts().library.table[descending ? 'descending' : 'ascending'](columnTitle(column.id)))
}

function resize(column: PlacedColumn, width: number, store: boolean): void {
  const placed = arrangeColumns(allColumns, useSettings.getState().settings.columns)
  const change = { columns: changeColumn(placed, column.id, { width }) }
  if (store) changeSettings(change)
  else previewSettings(change)
}

function SelectAllCell({ order }: { readonly order: readonly number[] }) {
  const count = useSelection((state) => state.selected.size)
  const all = order.length > 0 && count >= order.length
  return (
    <div role="columnheader" aria-colindex={1} className="library-heading library-cell-check">
      <button
        type="button"
        role="checkbox"
        aria-checked={all ? true : count > 0 ? 'mixed' : false}
        aria-label={texts().library.table.selectAll}
        className="library-checkmark"
        tabIndex={-1}
        onClick={() => (all ? clearSelection() : selectAll(order))}
      >
        {all ? <Icon name="check" size={12} /> : count > 0 && <span className="library-mixed" />}
      </button>
    </div>
  )
}

function ResizeHandle({ column }: { readonly column: PlacedColumn }) {
  const drag = useRef<{ readonly from: number; readonly width: number }>(undefined)
  const widthAt = (event: PointerEvent): number =>
    (drag.current?.width ?? column.width) + event.clientX - (drag.current?.from ?? event.clientX)
  return (
    <span
      className="library-resize"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { from: event.clientX, width: column.width }
      }}
      onPointerMove={(event) => drag.current && resize(column, widthAt(event), false)}
      onPointerUp={(event) => {
        if (drag.current) resize(column, widthAt(event), true)
        drag.current = undefined
      }}
    />
  )
}
