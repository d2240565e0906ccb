import type { Settings } from '../../../ipc/schemas/app.ts'
import type { Column } from './columns.tsx'

type Stored = Settings['columns']

export interface PlacedColumn extends Column {
  readonly width: number
  readonly shown: boolean
}

const narrowestColumn = 56
const widestColumn = 900

/**
 * Columns as the person arranged them. What the stored arrangement does not know (a column of a newer
 * version) keeps its default; what is no longer a column is dropped.
 */
export function arrangeColumns(all: readonly Column[], stored: Stored): readonly PlacedColumn[] {
  const byId = new Map(stored.map((column) => [column.id, column]))
  const order = new Map(stored.map(({ id }, index) => [id, index]))
  return all
    .map((column): PlacedColumn => {
      const { width = column.width, shown = column.shown } = byId.get(column.id) ?? {}
      // The name says which image a row is: it cannot be hidden.
      return { ...column, width: clampWidth(width), shown: shown || column.id === 'name' }
    })
    .toSorted((a, b) => (order.get(a.id) ?? all.length) - (order.get(b.id) ?? all.length))
}

/** The whole arrangement with one column changed, ready to be stored. */
export function changeColumn(
  placed: readonly PlacedColumn[],
  id: string,
  change: { readonly width?: number; readonly shown?: boolean },
): Stored {
  return placed.map((column) => ({
    id: column.id,
    width: clampWidth((column.id === id ? change.width : undefined) ?? column.width),
    shown: (column.id === id ? change.shown : undefined) ?? column.shown,
  }))
}

const clampWidth = (width: number): number =>
  Math.round(Math.min(Math.max(width, narrowestColumn), widestColumn))
