import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { isFiltering, type Filter } from '../../state/filter.ts'
import { fitsUse } from './kinds-of-use.ts'

/** Case and accents do not matter: "Ä" finds "a" and the other way round. */
function folded(text: string): string {
  // Most paths are plain ASCII, for which lower case is all: a tenth of the time.
  const plain = /[^ -~]/.test(text) ? text.normalize('NFD').replaceAll(/\p{Mark}/gu, '') : text
  return plain.toLowerCase()
}

/**
 * Folding 10,000 paths takes longer than a key press may. A row never changes (an update is a new
 * row), so what was folded once holds; rows that are gone take their entry along.
 */
const haystacks = new WeakMap<LibraryRow, string>()

function haystack(row: LibraryRow): string {
  const known = haystacks.get(row)
  if (known !== undefined) return known
  const made = folded(row.path)
  haystacks.set(row, made)
  return made
}

export function filterRows(rows: readonly LibraryRow[], filter: Filter): readonly LibraryRow[] {
  const words = folded(filter.text).split(/\s+/).filter(Boolean)
  const uses = [...filter.uses].map((kind) => fitsUse[kind])
  if (!isFiltering(filter)) return rows
  return rows.filter(
    (row) =>
      (filter.health.size === 0 || filter.health.has(row.health)) &&
      (filter.formats.size === 0 || filter.formats.has(row.formatLabel)) &&
      (uses.length === 0 || uses.some((fits) => fits(row))) &&
      words.every((word) => haystack(row).includes(word)),
  )
}
