import { memo } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { ByteUnits } from '../../format/bytes.ts'
import { useRenaming } from '../../state/renaming.ts'
import { useSelection } from '../../state/selection.ts'
import { texts } from '../../texts/texts.ts'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import type { PlacedColumn } from './column-layout.ts'
import { InlineRename } from './inline-rename.tsx'

export const rowId = (imageId: number): string => `image-${imageId}`
export const cellId = (imageId: number, column: string): string => `image-${imageId}-${column}`

export interface TableRowProps {
  readonly row: LibraryRow
  readonly index: number
  /** Pixels from the top of the list. */
  readonly top: number
  readonly height: number
  readonly columns: readonly PlacedColumn[]
  /** The cell that has the keyboard, if this row has it. */
  readonly activeCell: number | undefined
  readonly units: ByteUnits
  readonly now: number
  /** To other programs, where the host can. */
  readonly draggable: boolean
}

export const TableRow = memo(function TableRow({
  row,
  index,
  top,
  height,
  columns,
  activeCell,
  units,
  now,
  draggable,
}: TableRowProps) {
  const selected = useSelection((state) => state.selected.has(row.id))
  const words = texts().library.table
  const active = useSelection((state) => state.active === row.id)
  const isRenamed = useRenaming((state) => state.imageId === row.id)
  return (
    <div
      id={rowId(row.id)}
      role="row"
      className={clsx(
        'library-row',
        selected && 'library-row-selected',
        active && activeCell === undefined && 'library-row-active',
        row.missingSince !== undefined && 'library-row-missing',
      )}
      data-image-id={row.id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      draggable={draggable && !isRenamed}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <div role="gridcell" aria-colindex={1} className="library-cell library-cell-check">
        <span data-row-checkbox className="library-checkmark">
          {selected && <Icon name="check" size={12} />}
          <span className="visually-hidden">{selected ? words.selected : words.notSelected}</span>
        </span>
      </div>
      {columns.map((column, position) => (
        <div
          key={column.id}
          id={cellId(row.id, column.id)}
          role={column.id === 'name' ? 'rowheader' : 'gridcell'}
          aria-colindex={position + 2}
          className={clsx(
            'library-cell',
            `library-cell-${column.id}`,
            column.end === true && 'library-cell-end',
            position === activeCell && 'library-cell-active',
          )}
          title={column.hint?.(row)}
          style={{ width: column.width }}
        >
          {column.id === 'name' && isRenamed ? (
            <InlineRename row={row} />
          ) : (
            column.cell(row, { units, now })
          )}
        </div>
      ))}
    </div>
  )
})
