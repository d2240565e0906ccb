import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'
import type { Scope } from '../../state/page.ts'
import { unreachable } from '../../unreachable.ts'

/** Health that asks the person to do something. */
const careful: ReadonlySet<Health> = new Set<Health>([
  'leaks',
  'needs-repair',
  'damaged',
  'dirty',
  'cannot-read',
  'untrusted-links',
])

const recentMs = 14 * 86_400_000

/** @param now Milliseconds since 1970; "recent" counts back from it. */
function isInScope(row: LibraryRow, scope: Scope, now: number): boolean {
  switch (scope.kind) {
    case 'all':
      return true
    case 'needs-care':
      return careful.has(row.health) || row.backing?.state === 'missing'
    case 'in-use':
      return row.use.state === 'writing' || row.use.state === 'reading'
    case 'missing':
      return row.missingSince !== undefined
    case 'recent':
      return Math.max(row.addedAt, row.modifiedAt) > now - recentMs
    case 'folder':
      return row.folderId === scope.folderId
    default:
      return unreachable(scope)
  }
}

export function scopeRows(
  rows: readonly LibraryRow[],
  scope: Scope,
  now: number,
): readonly LibraryRow[] {
  return scope.kind === 'all' ? rows : rows.filter((row) => isInScope(row, scope, now))
}

export interface ScopeCounts {
  readonly all: number
  readonly needsCare: number
  readonly inUse: number
  readonly missing: number
  readonly recent: number
}

/** What the sidebar shows beside each name; one pass over the library. */
export function countScopes(rows: Iterable<LibraryRow>, now: number): ScopeCounts {
  const counts = { all: 0, needsCare: 0, inUse: 0, missing: 0, recent: 0 }
  for (const row of rows) {
    counts.all += 1
    if (isInScope(row, { kind: 'needs-care' }, now)) counts.needsCare += 1
    if (isInScope(row, { kind: 'in-use' }, now)) counts.inUse += 1
    if (isInScope(row, { kind: 'missing' }, now)) counts.missing += 1
    if (isInScope(row, { kind: 'recent' }, now)) counts.recent += 1
  }
  return counts
}
