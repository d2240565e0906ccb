import type { LibraryRow } from '../../../ipc/schemas/library.ts'

const formats: ReadonlySet<string | undefined> = new Set(['qcow2', 'raw'])

/**
 * Images that an overlay can build on and that hold every word, by name. Images that are built on already come
 * first: what was a base once is mostly kept as one.
 */
export function possibleBases(rows: Iterable<LibraryRow>, words: string): readonly LibraryRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return [...rows]
    .filter(
      ({ format, missingSince, error, path }) =>
        formats.has(format) &&
        missingSince === undefined &&
        error === undefined &&
        wanted.every((word) => path.toLowerCase().includes(word)),
    )
    .toSorted(
      (one, other) =>
        other.childCount - one.childCount ||
        one.name.localeCompare(other.name, undefined, { numeric: true }) ||
        (one.path < other.path ? -1 : 1),
    )
}
