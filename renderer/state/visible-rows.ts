/**
 * The table's rows: those of the scope that the filter lets through, in the chosen order. Worked out
 * once for the table, the status bar and the commands.
 */
import { create } from 'zustand'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { filterRows } from '../features/library/filter-rows.ts'
import { scopeRows } from '../features/library/scope-rows.ts'
import { sortRows } from '../features/library/sort-rows.ts'
import { useFilter } from './filter.ts'
import { useLibrary } from './library.ts'
import { usePage } from './page.ts'
import { keepSelected, useSelection } from './selection.ts'
import { useSettings } from './settings.ts'

export interface VisibleRows {
  readonly rows: readonly LibraryRow[]
  /** Rows of the scope before the filter; the formats that chips offer come from them. */
  readonly scoped: readonly LibraryRow[]
}

export const useVisibleRows = create<VisibleRows>(() => ({ rows: [], scoped: [] }))

function update(): void {
  const { page } = usePage.getState()
  if (page.kind !== 'library') return
  const { sort } = useSettings.getState().settings
  const scoped = scopeRows([...useLibrary.getState().rows.values()], page.scope, Date.now())
  const rows = sortRows(filterRows(scoped, useFilter.getState()), sort)
  useVisibleRows.setState({ rows, scoped })
  // What is done to many images is done to those that are seen; a single one is named wherever it is acted on.
  if (useSelection.getState().selected.size > 1) {
    const seen = new Set(rows.map(({ id }) => id))
    keepSelected((id) => seen.has(id))
  }
}

/** Keeps the rows up to date. Returns how to stop. */
export function followVisibleRows(): () => void {
  let waiting = 0
  // A scan or a batch check sends many events a second: once a frame is as often as can be seen.
  const soon = (): void => {
    if (waiting !== 0) return
    waiting = requestAnimationFrame(() => {
      waiting = 0
      update()
    })
  }
  update()
  const stops = [
    useLibrary.subscribe((now, before) => now.rows !== before.rows && soon()),
    useFilter.subscribe(update),
    usePage.subscribe((now, before) => now.page !== before.page && update()),
    useSettings.subscribe((now, before) => now.settings.sort !== before.settings.sort && update()),
  ]
  return () => {
    cancelAnimationFrame(waiting)
    for (const stop of stops) stop()
  }
}
