import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { texts } from '../../texts/texts.ts'

export interface Sum {
  readonly bytes: number
  /** Images whose size is not known, and so not in the sum. */
  readonly unknown: number
}

export function sumOf(
  rows: readonly LibraryRow[],
  size: (row: LibraryRow) => number | undefined,
): Sum {
  let bytes = 0
  let unknown = 0
  for (const row of rows) {
    const value = size(row)
    if (value === undefined) unknown += 1
    else bytes += value
  }
  return { bytes, unknown }
}

/** The value that all images share, or "Mixed". */
export function sharedValue(
  rows: readonly LibraryRow[],
  value: (row: LibraryRow) => string | undefined,
): string {
  const values = new Set(rows.map((row) => value(row) ?? 'unknown'))
  const [only, ...others] = values
  return only === undefined || others.length > 0 ? texts().inspector.selection.mixed : only
}
