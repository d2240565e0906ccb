import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { revealImages } from '../features/library/reveal-images.ts'
import { showInspector, usePage, type InspectorTab } from '../state/page.ts'

/** Opens the inspector, which stands beside the library: from another page, the images are shown there first. */
export function inspectImages(images: readonly LibraryRow[], tab: InspectorTab): void {
  if (usePage.getState().page.kind !== 'library') revealImages(images.map(({ id }) => id))
  showInspector(tab)
}
