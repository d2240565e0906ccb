import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'
import type { Scope } from '../../state/page.ts'
import { unreachable } from '../../unreachable.ts'

/** Views of the sidebar that are no folder, in its order. */
export const collections = [
  'all',
  'needs-care',
  'in-use',
  'missing',
  'big-savings',
  'orphans',
  'recent',
] as const satisfies readonly Scope['kind'][]
export type Collection = (typeof collections)[number]

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

const bigSaving = 1024 ** 3
const bigShare = 0.25
/** A quarter of nearly nothing is nothing to run after. */
const leastSaving = 16 * 1024 ** 2

/** Worth a look: 1 GiB, or a good part of what the image takes. */
export function isBigSaving({ reclaimable, onDisk, fileLength }: LibraryRow): boolean {
  if (reclaimable === undefined) return false
  const { bytes } = reclaimable
  return bytes >= bigSaving || (bytes >= leastSaving && bytes >= bigShare * (onDisk ?? fileLength))
}

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
    case 'big-savings':
      return isBigSaving(row)
    case 'orphans':
      return row.isOrphan
    case 'recent':
      return Math.max(row.addedAt, row.modifiedAt, row.usedAt ?? 0) > now - recentMs
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

export type ScopeCounts = Readonly<Record<Collection, number>>

const scopes = collections.map((kind): { readonly kind: Collection } => ({ kind }))

/** What the sidebar shows beside each name; one pass over the library. */
export function countScopes(rows: Iterable<LibraryRow>, now: number): ScopeCounts {
  const counts: Record<Collection, number> = {
    all: 0,
    'needs-care': 0,
    'in-use': 0,
    missing: 0,
    'big-savings': 0,
    orphans: 0,
    recent: 0,
  }
  for (const row of rows) {
    for (const scope of scopes) if (isInScope(row, scope, now)) counts[scope.kind] += 1
  }
  return counts
}
