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
    skipped: [...skipped].map(([reason, skippedRows]) => ({ reason, rows: skippedRows })),
  }
}

function skipReason(row: LibraryRow): string | undefined {
  if (row.missingSince !== undefined) return 'The file is missing'
  if (row.format === 'qcow2') return undefined
  if (row.format === undefined) return 'Not a disk image that Platter knows'
  if (row.format === 'raw') return 'Raw images have no structure to check'
  return `${row.formatLabel} is recognised but cannot be checked`
}
