import type { LibraryRow } from '../../../ipc/schemas/library.ts'

export interface SkippedGroup {
  readonly reason: string
  readonly rows: readonly LibraryRow[]
}

export interface CheckPlan {
  readonly checked: readonly LibraryRow[]
  /** Of those, the ones a VM writes to meanwhile: read without locking, labelled as live. */
  readonly live: readonly LibraryRow[]
  readonly skipped: readonly SkippedGroup[]
}

/** What a check of these images will do, shown before it starts. */
export function planCheck(rows: readonly LibraryRow[]): CheckPlan {
  const checked: LibraryRow[] = []
  const skipped = new Map<string, LibraryRow[]>()
  for (const row of rows) {
    const reason = skipReason(row)
    if (reason === undefined) checked.push(row)
    else skipped.set(reason, [...(skipped.get(reason) ?? []), row])
  }
  return {
    checked,
    live: checked.filter(({ use }) => use.state === 'writing'),
    skipped: [...skipped]
      .map(([reason, skippedRows]) => ({ reason, rows: skippedRows }))
      .toSorted((a, b) => b.rows.length - a.rows.length),
  }
}

function skipReason(row: LibraryRow): string | undefined {
  if (row.missingSince !== undefined) return 'The file is missing'
  // A file nobody could read yet is worth a try: its result says what is wrong with it.
  if (row.format === 'qcow2' || row.format === undefined) return undefined
  if (row.format === 'raw') return 'Raw images have no structure to check'
  return 'Formats that Platter recognises but cannot check'
}
