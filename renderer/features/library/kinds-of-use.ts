import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import type { UseKind } from '../../state/filter.ts'

/** What a chip about use lets through; a row can be several. */
export const fitsUse: Readonly<Record<UseKind, (row: LibraryRow) => boolean>> = {
  'in-use': ({ use }) => use.state === 'writing' || use.state === 'reading',
  vm: ({ usedBy }) => usedBy.length > 0,
  children: ({ childCount }) => childCount > 0,
  overlay: ({ backing }) => backing !== undefined,
  'read-only': ({ readOnly }) => readOnly,
  none: ({ isOrphan }) => isOrphan,
}

// The keys of the record above are exactly the kinds.
export const kindsOfUse = Object.keys(fitsUse) as readonly UseKind[]
