import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { useAnswer, type Answer } from '../../state/use-answer.ts'
import { useImageVersion } from '../jobs/use-image-work.ts'
import type { SnapshotList } from './snapshot-choice.ts'

/** The snapshots of an image with what each takes, read anew when the file changes. */
export function useSnapshots(row: LibraryRow): Answer<SnapshotList> {
  return useAnswer({
    subject: `snapshots:${row.id}`,
    version: useImageVersion(row),
    ask: (signal) => host().api['images.snapshots']({ imageId: row.id }, { signal }),
  })
}
