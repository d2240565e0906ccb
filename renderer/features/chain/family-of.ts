import type { LibraryRow } from '../../../ipc/schemas/library.ts'

/** More descendants than these are not drawn beside an image; the page of all chains has them. */
const mostShown = 500

/** An image with all it builds on and all that builds on it. */
export function familyOf(
  rows: ReadonlyMap<number, LibraryRow>,
  imageId: number,
): ReadonlyMap<number, LibraryRow> {
  const family = new Map<number, LibraryRow>()
  for (
    let row = rows.get(imageId);
    row !== undefined && !family.has(row.id);
    row = row.parentId === undefined ? undefined : rows.get(row.parentId)
  ) {
    family.set(row.id, row)
  }
  if ((rows.get(imageId)?.childCount ?? 0) === 0) return family
  const children = new Map<number, LibraryRow[]>()
  for (const row of rows.values()) {
    if (row.parentId === undefined) continue
    const siblings = children.get(row.parentId)
    if (siblings === undefined) children.set(row.parentId, [row])
    else siblings.push(row)
  }
  const ahead = [imageId]
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    for (const child of children.get(id) ?? []) {
      if (family.has(child.id) || family.size >= mostShown) continue
      family.set(child.id, child)
      ahead.push(child.id)
    }
  }
  return family
}
