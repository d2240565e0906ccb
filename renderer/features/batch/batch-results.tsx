import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { runCommand } from '../../commands/registry.ts'
import { popupRowMenu, rowMenuItems } from '../../commands/row-menu.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { libraryRow } from '../../state/library.ts'
import {
  clearSelection,
  extendSelection,
  select,
  selectAll,
  toggleSelected,
  useSelection,
} from '../../state/selection.ts'
import { ContextMenu, keepContextMenuClosed, type MenuEntry } from '../../ui/menu.tsx'
import { isMenuKey, pressRight } from '../../ui/press-right.ts'
import { moveInGrid } from '../library/grid-keys.ts'
import { batchTexts } from './batch-texts.ts'
import { countDigests } from './found-in.ts'
import { outcomeOf, outcomesOf } from './outcome.ts'
import { ResultDialog } from './result-dialog.tsx'
import { ResultRow, resultRowId } from './result-row.tsx'

const rowHeight = 32

export interface BatchResultsProps {
  readonly jobs: readonly Job[]
  readonly kind: JobKind
}

/** The results of a batch, the worst first. Its rows are images, with all that can be done about them. */
export function BatchResults({ jobs, kind }: BatchResultsProps) {
  const words = batchTexts().page
  const order = useMemo(() => outcomesOf(kind), [kind])
  const [opened, setOpened] = useState<string>()
  const [menu, setMenu] = useState<readonly MenuEntry[]>([])
  const active = useSelection((state) => state.active)
  const nativeMenus = useAppInfo((state) => state.info?.capabilities.nativeMenus === true)
  const grid = useRef<HTMLDivElement>(null)
  const sorted = useMemo(
    () =>
      jobs.toSorted(
        (a, b) =>
          order.indexOf(outcomeOf(a)) - order.indexOf(outcomeOf(b)) ||
          byText(a.imagePath, b.imagePath),
      ),
    [jobs, order],
  )
  const ids = useMemo(() => sorted.map(({ imageId }) => imageId), [sorted])
  const digests = useMemo(() => countDigests(jobs), [jobs])
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    // The head lies over the first row.
    scrollPaddingStart: rowHeight,
  })
  const open = opened === undefined ? undefined : jobs.find(({ id }) => id === opened)
  const activeIndex = active === undefined ? -1 : ids.indexOf(active)

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return
    const mod = event.ctrlKey || event.metaKey
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / rowHeight) - 2)
    const target = sideways.has(event.key)
      ? undefined
      : moveInGrid(
          { row: activeIndex, cell: undefined },
          { rows: ids.length, cells: 0, page },
          { key: event.key, mod },
        )
    const id = ids[target?.row ?? -1]
    if (id !== undefined && target !== undefined && !event.altKey) {
      if (event.shiftKey) extendSelection(ids, id)
      else if (mod) useSelection.setState({ active: id })
      else select([id])
      virtual.scrollToIndex(target.row)
    } else if (event.key === ' ' && active !== undefined) toggleSelected(active)
    else if (event.key === 'Escape') clearSelection()
    else if (event.key === 'a' && mod) selectAll(ids)
    else if (event.key === 'Enter' && !mod && !event.altKey) openImage()
    else if (isMenuKey(event)) openMenuAtRow(event.currentTarget)
    else return
    event.preventDefault()
  }

  /** The image as in the library; of one that is no longer there, what came of it. */
  const openImage = (): void => {
    const { selected } = useSelection.getState()
    const [id] = selected
    if (selected.size !== 1 || id === undefined) return
    if (libraryRow(id) === undefined) setOpened(jobs.find(({ imageId }) => imageId === id)?.id)
    else runCommand('image.openWindow')
  }

  const openMenuAtRow = (element: HTMLElement): void => {
    const row = active === undefined ? null : document.getElementById(resultRowId(active))
    if (row === null) return
    const { left, top } = row.getBoundingClientRect()
    pressRight(row, Math.max(left, element.getBoundingClientRect().left) + 160, top + rowHeight / 2)
  }

  const onContextMenu = (event: MouseEvent): void => {
    const id = imageAt(event)
    if (id !== undefined && !useSelection.getState().selected.has(id)) select([id])
    if (id === undefined) keepContextMenuClosed(event)
    else if (nativeMenus) {
      keepContextMenuClosed(event)
      popupRowMenu()
    } else setMenu(rowMenuItems())
  }

  const onClick = (event: MouseEvent): void => {
    const id = imageAt(event)
    if (id === undefined || isOnButton(event)) return
    if (event.shiftKey) extendSelection(ids, id)
    else if (event.ctrlKey || event.metaKey) toggleSelected(id)
    else select([id])
  }

  const isActiveDrawn = virtual.getVirtualItems().some(({ index }) => index === activeIndex)
  return (
    <>
      <ContextMenu items={menu}>
        <div
          ref={grid}
          className="batch-results"
          data-results-grid
          role="grid"
          tabIndex={0}
          aria-label={words.resultsLabel}
          aria-multiselectable="true"
          aria-rowcount={sorted.length + 1}
          aria-activedescendant={
            active !== undefined && isActiveDrawn ? resultRowId(active) : undefined
          }
          onKeyDown={onKeyDown}
          onClick={onClick}
          onDoubleClick={(event) => {
            if (imageAt(event) !== undefined && !isOnButton(event)) openImage()
          }}
          onContextMenu={onContextMenu}
        >
          <div className="batch-row batch-row-head" role="row" aria-rowindex={1}>
            <span role="columnheader">{words.outcome}</span>
            <span role="columnheader">{words.image}</span>
            <span role="columnheader">{words.found}</span>
            <span role="columnheader">{words.time}</span>
            <span role="columnheader">
              <span className="visually-hidden">{words.show}</span>
            </span>
          </div>
          <div role="rowgroup" className="batch-rows" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const job = sorted[index]
              return (
                job && (
                  <ResultRow
                    key={job.id}
                    job={job}
                    index={index}
                    top={start}
                    alike={othersLike(job, digests)}
                    onOpen={() => setOpened(job.id)}
                  />
                )
              )
            })}
          </div>
          {sorted.length === 0 && <p className="batch-none">{words.noneOfOutcome}</p>}
        </div>
      </ContextMenu>
      {open !== undefined && <ResultDialog job={open} onClose={() => setOpened(undefined)} />}
    </>
  )
}

/** A row is one thing to the keyboard; its button is reached with Tab. */
const sideways: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight'])

/** Paths are told apart, not alphabetised: ten thousand are sorted anew with every result. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const othersLike = ({ result }: Job, digests: ReadonlyMap<string, number>): number =>
  result?.kind === 'hash' ? (digests.get(result.hash.digest) ?? 1) - 1 : 0

// A mouse event's target in this tree is always an element.
const elementOf = (event: MouseEvent): Element => event.target as Element

function imageAt(event: MouseEvent): number | undefined {
  const id = elementOf(event).closest<HTMLElement>('[data-image-id]')?.dataset['imageId']
  return id === undefined ? undefined : Number(id)
}

const isOnButton = (event: MouseEvent): boolean => elementOf(event).closest('button') !== null
