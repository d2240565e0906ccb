import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'
import { popupRowMenu, rowMenuItems } from '../../commands/row-menu.ts'
import { runCommand } from '../../commands/registry.ts'
import { host } from '../../host.ts'
import { announce } from '../../state/announce.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { useFilter } from '../../state/filter.ts'
import {
  clearSelection,
  extendSelection,
  select,
  toggleSelected,
  useSelection,
} from '../../state/selection.ts'
import { reportError } from '../../state/report-error.ts'
import { useSettings } from '../../state/settings.ts'
import { useVisibleRows } from '../../state/visible-rows.ts'
import { ContextMenu, keepContextMenuClosed, type MenuEntry } from '../../ui/menu.tsx'
import { isMenuKey, pressRight } from '../../ui/press-right.ts'
import { arrangeColumns } from './column-layout.ts'
import { columns } from './columns.tsx'
import { moveInGrid } from './grid-keys.ts'
import { useReveal } from './reveal-images.ts'
import { TableHeader } from './table-header.tsx'
import { cellId, rowId, TableRow } from './table-row.tsx'
import { findTyped, isTyping, nothingTyped, typeCharacter } from './type-ahead.ts'
import { useNow } from '../../state/clock.ts'
import { texts } from '../../texts/texts.ts'
import './library-table.css'

const rowHeights = { comfortable: 32, compact: 26 } as const
const headerHeight = 30
const selectionColumn = 36
/** As many as shell.startDrag takes. */
const draggedAtMost = 1000

/** The library as a grid: only the rows in view are drawn, so 10,000 cost as much as 40. */
export function LibraryTable() {
  const rows = useVisibleRows((state) => state.rows)
  const { density, units, columns: stored } = useSettings((state) => state.settings)
  const active = useSelection((state) => state.active)
  const filter = useFilter()
  const nativeMenus = useAppInfo((state) => state.info?.capabilities.nativeMenus === true)
  const canDragOut = useAppInfo((state) => state.info?.capabilities.dragOut === true)
  const now = useNow(30_000)
  const [cell, setCell] = useState<number>()
  const [menu, setMenu] = useState<readonly MenuEntry[]>([])
  const typed = useRef(nothingTyped)
  const clicked = useRef<number>(undefined)
  const grid = useRef<HTMLDivElement>(null)

  const shown = useMemo(
    () => arrangeColumns(columns, stored).filter((column) => column.shown),
    [stored],
  )
  const width = selectionColumn + shown.reduce((sum, column) => sum + column.width, 0)
  const order = useMemo(() => rows.map(({ id }) => id), [rows])
  const activeIndex = active === undefined ? -1 : order.indexOf(active)

  const rowHeight = rowHeights[density]
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 4,
    // The header takes its height from the scrolled area before the first row: without it the last
    // row in view would lie below the edge.
    scrollPaddingEnd: headerHeight,
  })
  useEffect(() => virtual.measure(), [virtual, rowHeight])
  useEffect(() => {
    // Read at the time: following every change of the order would tear the list from under the eyes.
    const scrollToActive = (): void => {
      const { active: id } = useSelection.getState()
      const index = useVisibleRows.getState().rows.findIndex((row) => row.id === id)
      if (index >= 0) virtual.scrollToIndex(index, { align: 'center' })
    }
    scrollToActive()
    return useReveal.subscribe(scrollToActive)
  }, [virtual])
  useEffect(() => {
    // A filter that was cleared leaves the image that was found through it in sight.
    const { active: id } = useSelection.getState()
    const index = useVisibleRows.getState().rows.findIndex((row) => row.id === id)
    if (index >= 0) virtual.scrollToIndex(index)
  }, [virtual, filter])

  const goTo = (index: number, extend: boolean): void => {
    const id = order[index]
    if (id === undefined) return
    if (extend) extendSelection(order, id)
    else select([id])
    virtual.scrollToIndex(index)
  }

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return
    const mod = event.ctrlKey || event.metaKey
    const page = Math.max(
      1,
      Math.floor((event.currentTarget.clientHeight - headerHeight) / rowHeight) - 1,
    )
    const size = { rows: rows.length, cells: shown.length, page }
    const target = event.altKey
      ? undefined
      : moveInGrid({ row: activeIndex, cell }, size, { key: event.key, mod })
    if (target !== undefined) {
      event.preventDefault()
      setCell(target.cell)
      scrollToCell(event.currentTarget, shown, target.cell)
      if (target.row === activeIndex) return
      if (mod && !event.shiftKey) moveOnly(order[target.row], target.row)
      else goTo(target.row, event.shiftKey)
      return
    }
    if (event.key === ' ' && !isTyping(typed.current, event.timeStamp)) {
      event.preventDefault()
      if (active === undefined) goTo(0, false)
      else if (event.shiftKey) extendSelection(order, active)
      else toggleSelected(active)
    } else if (event.key === 'Escape') {
      clearSelection()
      setCell(undefined)
      announce(texts().library.table.nothingSelected)
    } else if (isMenuKey(event)) {
      event.preventDefault()
      openMenuAtRow(event.currentTarget)
    } else if (event.key.length === 1 && !mod && !event.altKey && event.key !== '/') {
      event.preventDefault()
      typed.current = typeCharacter(typed.current, event.key, event.timeStamp)
      const found = findTyped(rows, typed.current.typed, activeIndex)
      if (found !== undefined) goTo(found, false)
    }
  }

  /** Moves the keyboard and leaves the selection as it is. */
  const moveOnly = (id: number | undefined, index: number): void => {
    if (id === undefined) return
    useSelection.setState({ active: id })
    virtual.scrollToIndex(index)
  }

  /** What the mouse would do on the row, so that both ways open the same menu in the same place. */
  const openMenuAtRow = (element: HTMLElement): void => {
    const row = active === undefined ? null : document.getElementById(rowId(active))
    const box = (row ?? element).getBoundingClientRect()
    // A table scrolled sideways has the row's beginning out of sight.
    const left = Math.max(box.left, element.getBoundingClientRect().left)
    pressRight(row ?? element, left + 160, box.top + rowHeight / 2)
  }

  const onContextMenu = (event: MouseEvent): void => {
    const row = rowAt(event)
    if (row !== undefined && !useSelection.getState().selected.has(row)) select([row])
    if (nativeMenus) {
      keepContextMenuClosed(event)
      popupRowMenu()
    } else {
      setMenu(rowMenuItems())
    }
  }

  /** The system drags the files: what the page could drag is text. A row that is not selected goes alone. */
  const onDragStart = (event: MouseEvent): void => {
    const id = rowAt(event)
    if (id === undefined || !canDragOut) return
    event.preventDefault()
    const { selected } = useSelection.getState()
    if (!selected.has(id)) select([id])
    const imageIds = selected.has(id) ? [...selected].slice(0, draggedAtMost) : [id]
    host().api['shell.startDrag']({ imageIds }).catch(reportError)
  }

  const onClick = (event: MouseEvent): void => {
    // The first click may open the inspector, which moves the rows: the second one is for the same row.
    if (event.detail <= 1) clicked.current = rowAt(event)
    const id = clicked.current
    if (id === undefined) return
    setCell(undefined)
    const onCheckbox = (event.target as Element).closest('[data-row-checkbox]') !== null
    if (event.shiftKey) extendSelection(order, id)
    else if (event.ctrlKey || event.metaKey || onCheckbox) toggleSelected(id)
    else select([id])
  }

  const activeRow =
    activeIndex >= 0 && virtual.getVirtualItems().some(({ index }) => index === activeIndex)
  const activeCell = cell === undefined ? undefined : shown[cell]
  return (
    <ContextMenu items={menu}>
      <div
        ref={grid}
        className="library-grid"
        data-library-grid
        data-pane="library"
        role="grid"
        tabIndex={0}
        aria-label={texts().library.table.label}
        aria-multiselectable="true"
        aria-rowcount={rows.length + 1}
        aria-colcount={shown.length + 1}
        aria-activedescendant={
          !activeRow || active === undefined
            ? undefined
            : activeCell === undefined
              ? rowId(active)
              : cellId(active, activeCell.id)
        }
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDoubleClick={() => clicked.current !== undefined && runCommand('image.openWindow')}
        onContextMenu={onContextMenu}
        onDragStart={onDragStart}
      >
        <TableHeader columns={shown} width={width} order={order} />
        <div
          role="rowgroup"
          className="library-body"
          style={{ height: virtual.getTotalSize(), width }}
        >
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index]
            return row === undefined ? null : (
              <TableRow
                key={key}
                row={row}
                index={index}
                top={start}
                height={rowHeight}
                columns={shown}
                activeCell={row.id === active ? cell : undefined}
                units={units}
                now={now}
                draggable={canDragOut}
              />
            )
          })}
        </div>
      </div>
    </ContextMenu>
  )
}

function rowAt(event: MouseEvent): number | undefined {
  // A mouse event's target in this tree is always an element.
  const row = (event.target as Element).closest<HTMLElement>('[data-image-id]')
  return row?.dataset['imageId'] === undefined ? undefined : Number(row.dataset['imageId'])
}

function scrollToCell(
  grid: HTMLElement,
  shown: readonly { readonly id: string; readonly width: number }[],
  cell: number | undefined,
): void {
  // The name stays at the left edge and covers what scrolls under it.
  const covered = shown.slice(0, cell ?? 0).find(({ id }) => id === 'name')?.width ?? 0
  const left = shown.slice(0, cell ?? 0).reduce((sum, { width }) => sum + width, selectionColumn)
  const right = left + (shown[cell ?? 0]?.width ?? 0)
  if (cell === undefined || cell === 0) grid.scrollLeft = 0
  else if (left - covered < grid.scrollLeft) grid.scrollLeft = left - covered
  else if (right > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = right - grid.clientWidth
}
