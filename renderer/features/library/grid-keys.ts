/**
 * Where a key press leads in the table: the ARIA grid pattern with rows as the first level. The keyboard
 * is on a row until Right goes into its cells; Left from the first cell comes back to the row.
 */
export interface GridPlace {
  /** Index of the row; -1 while there is none. */
  readonly row: number
  /** Index of the cell; undefined while the whole row has the keyboard. */
  readonly cell: number | undefined
}

export interface GridSize {
  readonly rows: number
  readonly cells: number
  /** Rows that fit on the screen. */
  readonly page: number
}

export interface GridKey {
  readonly key: string
  readonly mod: boolean
}

/** Undefined when the key does not move. */
export function moveInGrid(
  place: GridPlace,
  size: GridSize,
  { key, mod }: GridKey,
): GridPlace | undefined {
  if (size.rows === 0) return undefined
  const toRow = (row: number): GridPlace => ({
    ...place,
    row: Math.min(Math.max(row, 0), size.rows - 1),
  })
  const toCell = (cell: number | undefined): GridPlace => ({ row: Math.max(place.row, 0), cell })
  switch (key) {
    case 'ArrowDown':
      return toRow(place.row + 1)
    case 'ArrowUp':
      return toRow(place.row === -1 ? size.rows - 1 : place.row - 1)
    case 'PageDown':
      return toRow(Math.max(place.row, 0) + size.page)
    case 'PageUp':
      return toRow(place.row - size.page)
    case 'Home':
      return mod || place.cell === undefined ? toRow(0) : toCell(0)
    case 'End':
      return mod || place.cell === undefined ? toRow(size.rows - 1) : toCell(size.cells - 1)
    case 'ArrowRight':
      return mod ? undefined : toCell(Math.min((place.cell ?? -1) + 1, size.cells - 1))
    case 'ArrowLeft':
      if (mod || place.cell === undefined) return undefined
      return toCell(place.cell === 0 ? undefined : place.cell - 1)
    default:
      return undefined
  }
}
