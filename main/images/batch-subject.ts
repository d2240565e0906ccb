import { createHash } from 'node:crypto'
import type { Library } from './library.ts'

/**
 * What a batch is about, so that it is compared with an earlier one of the same: a library folder or the whole library,
 * whatever is in it at the time, or else exactly these images.
 */
export function batchSubject(
  library: Pick<Library, 'image' | 'folders' | 'size'>,
  imageIds: readonly number[],
): string {
  const ids = [...new Set(imageIds)].toSorted((one, other) => one - other)
  if (ids.length > 0 && ids.length === library.size) return 'library'
  const folderIds = new Set(ids.map((id) => folderIdOf(library, id)))
  const [folderId] = folderIds
  if (folderIds.size === 1 && folderId !== undefined) {
    const folder = library.folders().find(({ id }) => id === folderId)
    if (folder?.imageCount === ids.length) return folderSubject(folderId)
  }
  return `images ${createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 32)}`
}

export const folderSubject = (folderId: number): string => `folder ${folderId}`

/** A window may name what has left the library by now. */
function folderIdOf(library: Pick<Library, 'image'>, id: number): number | undefined {
  try {
    return library.image(id).folderId
  } catch {
    return undefined
  }
}
