import type { LibraryRow } from '../../ipc/schemas/library.ts'

/** A healthy, idle qcow2 image; tests name what matters to them. */
export function libraryRow(given: Partial<LibraryRow> & { readonly id: number }): LibraryRow {
  const name = given.name ?? `image-${given.id}.qcow2`
  return {
    name,
    path: `/srv/vm/${name}`,
    location: '/srv/vm',
    format: 'qcow2',
    formatLabel: 'qcow2 v3',
    use: { state: 'free', holders: [] },
    health: 'healthy',
    healthStale: false,
    fileLength: 1024,
    linksTrusted: false,
    childCount: 0,
    usedBy: [],
    isOrphan: false,
    readOnly: false,
    hashStale: false,
    modifiedAt: 0,
    addedAt: 0,
    ...given,
  }
}
