import type { ImageInfo } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { useAnswer, type Answer } from '../../state/use-answer.ts'
import { useImageVersion } from '../jobs/use-image-work.ts'

/** All facts of an image, read anew when the file changes. */
export function useImageInfo(row: LibraryRow): Answer<ImageInfo> {
  return useAnswer({
    subject: String(row.id),
    version: useImageVersion(row),
    ask: (signal) => host().api['images.info']({ imageId: row.id }, { signal }),
  })
}
