import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { Settings } from '../../../ipc/schemas/app.ts'
import { columnValues, isColumnId } from './column-values.ts'

/** "disk2" before "disk10". */
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

interface Keyed {
  readonly row: LibraryRow
  readonly value: string | number
}

/**
 * In the order of one column; equal rows by name, then by path. What is not known comes last in both
 * directions: turning the order around must not fill the screen with nothing.
 */
export function sortRows(
  rows: readonly LibraryRow[],
  { column, descending }: Settings['sort'],
): readonly LibraryRow[] {
  const valueOf = columnValues[isColumnId(column) ? column : 'name']
  const known: Keyed[] = []
  const unknown: LibraryRow[] = []
  for (const row of rows) {
    const value = valueOf(row)
    if (value === undefined) unknown.push(row)
    else known.push({ row, value })
  }
  const direction = descending ? -1 : 1
  known.sort((a, b) => direction * compare(a.value, b.value) || byName(a.row, b.row))
  unknown.sort(byName)
  return [...known.map(({ row }) => row), ...unknown]
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b))
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : collator.compare(a, b)
}

const byName = (a: LibraryRow, b: LibraryRow): number =>
  compareText(a.name, b.name) || compareText(a.path, b.path)
