import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { useImageVersion } from '../jobs/use-image-work.ts'
import { useAnswer } from '../../state/use-answer.ts'

/** The picture of the last map job, asked again when one ends or the file changes. */
export function useAllocation(row: LibraryRow) {
  return useAnswer({
    subject: String(row.id),
    version: useImageVersion(row),
    ask: (signal) => host().api['images.allocation']({ imageId: row.id }, { signal }),
  })
}
