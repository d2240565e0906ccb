import type { LibraryFolder, LibraryRow } from '../../../ipc/schemas/library.ts'

/** More than these nobody looks through; any other one can be named. */
const most = 200

/** The folders that are read, then those below them or elsewhere that hold images, each once. */
export function foldersToOffer(
  folders: readonly Pick<LibraryFolder, 'path'>[],
  rows: Iterable<Pick<LibraryRow, 'location'>>,
): readonly string[] {
  const known = new Set(folders.map(({ path }) => path))
  const ofImages = new Set<string>()
  for (const { location } of rows) if (!known.has(location)) ofImages.add(location)
  return [...known, ...[...ofImages].toSorted()].slice(0, most)
}
