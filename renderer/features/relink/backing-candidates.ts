import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { nameOf } from '../files/new-path.ts'

/** Why an image of the library may be the backing file that is looked for. */
export type Likeness = 'parent' | 'name' | 'size' | 'larger' | 'folder'

export interface BackingCandidate {
  readonly row: LibraryRow
  readonly likeness: readonly Likeness[]
}

const weights: Readonly<Record<Likeness, number>> = {
  parent: 32,
  name: 16,
  size: 8,
  folder: 2,
  larger: 1,
}

const formats: ReadonlySet<string | undefined> = new Set(['qcow2', 'raw'])

/**
 * Images that could be the backing file of `image`, the likeliest first: by what the header names, then by the size of
 * the disk. Its own overlays are left out, because reading would never end, and so is what is smaller: QEMU would read
 * zeroes where its disk ends.
 */
export function backingCandidates(
  image: LibraryRow,
  rows: ReadonlyMap<number, LibraryRow>,
): readonly BackingCandidate[] {
  const wanted = image.backing === undefined ? undefined : nameOf(image.backing.name)
  return [...rows.values()]
    .filter(
      (row) =>
        row.id !== image.id &&
        formats.has(row.format) &&
        row.missingSince === undefined &&
        row.error === undefined &&
        !buildsOn(row, image.id, rows),
    )
    .map((row) => ({ row, likeness: likenessOf(row, image, wanted) }))
    .filter(({ likeness }) => likeness.length > 0)
    .toSorted(
      (one, other) => weightOf(other) - weightOf(one) || (one.row.path < other.row.path ? -1 : 1),
    )
}

function likenessOf(
  row: LibraryRow,
  image: LibraryRow,
  wanted: string | undefined,
): readonly Likeness[] {
  const isNamed = row.name === wanted
  const size = row.virtualSize ?? 0
  const own = image.virtualSize ?? 0
  if (!isNamed && row.id !== image.parentId && size < own) return []
  const found: Likeness[] = []
  if (row.id === image.parentId) found.push('parent')
  if (isNamed) found.push('name')
  if (size === own) found.push('size')
  else if (size > own) found.push('larger')
  if (row.location === image.location) found.push('folder')
  return found
}

const weightOf = ({ likeness }: BackingCandidate): number =>
  likeness.reduce((sum, each) => sum + weights[each], 0)

function buildsOn(
  row: LibraryRow,
  imageId: number,
  rows: ReadonlyMap<number, LibraryRow>,
): boolean {
  const seen = new Set<number>()
  for (let above = row.parentId; above !== undefined; above = rows.get(above)?.parentId) {
    if (above === imageId) return true
    if (seen.has(above)) return false
    seen.add(above)
  }
  return false
}
