import { printable } from './printable.ts'
import type { Paint, Tone } from './style.ts'
import { columnsOf, withoutMiddle } from './text-width.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** The widest it may get; longer text loses its middle, so that both ends of a path stay. */
  readonly shrinks?: boolean
}

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export type Row = readonly (string | Cell)[]

export interface TableLayout {
  readonly paint: Paint
  /** Columns of the terminal; without, nothing is cut. */
  readonly width?: number | undefined
  readonly indent?: number
}

const gap = '  '

/** Aligned lines, heading first, without a trailing newline on the last. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly Row[],
  { paint, width, indent = 0 }: TableLayout,
): string {
  const cells = rows.map((row) =>
    columns.map((_, index): Cell => {
      const cell = row[index] ?? ''
      return typeof cell === 'string'
        ? { text: printable(cell) }
        : { ...cell, text: printable(cell.text) }
    }),
  )
  const widths = columns.map((column, index) =>
    cells.reduce(
      (widest, row) => Math.max(widest, columnsOf(row[index]?.text ?? '')),
      column.title.length,
    ),
  )
  shrink(columns, widths, width === undefined ? undefined : width - indent)
  const heading = columns.map(({ title }): Cell => ({ text: title, tone: 'soft' }))
  return [heading, ...cells]
    .map((row) =>
      (
        ' '.repeat(indent) +
        row
          .map(({ text, tone = 'plain' }, index) => {
            const room = widths[index] ?? 0
            const shown = withoutMiddle(text, room)
            const padding = ' '.repeat(Math.max(0, room - columnsOf(shown)))
            const painted = paint(shown, tone)
            return columns[index]?.align === 'right' ? padding + painted : painted + padding
          })
          .join(gap)
      ).trimEnd(),
    )
    .join('\n')
}

/** Takes what is too wide from the columns that may shrink, the widest first. */
function shrink(columns: readonly Column[], widths: number[], limit: number | undefined): void {
  if (limit === undefined) return
  let excess = widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1)) - limit
  for (const [index, column] of columns.entries()) {
    if (excess <= 0 || column.shrinks !== true) continue
    const before = widths[index] ?? 0
    const after = Math.max(Math.min(before, 12), before - excess)
    widths[index] = after
    excess -= before - after
  }
}
