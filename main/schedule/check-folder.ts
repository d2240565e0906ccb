import { ImageError } from '../../core/index.ts'
import { folderSubject } from '../images/batch-subject.ts'
import { isWithin } from '../images/is-within.ts'
import type { Library } from '../images/library.ts'
import type { JobQueue } from '../jobs/queue.ts'

export interface CheckFolderParts {
  readonly library: Pick<Library, 'folders' | 'rows' | 'scan'>
  readonly queue: Pick<JobQueue, 'start'>
}

/**
 * Looks through a library folder and checks every image in it, all metadata of each. Answers with the batch; undefined
 * when there is no image. Throws `unknown-id`, and why the folder could not be read: images must not be called gone
 * because a disk is not there today.
 */
export async function checkFolder(
  { library, queue }: CheckFolderParts,
  folderId: number,
): Promise<string | undefined> {
  await library.scan(folderId)
  const folder = library.folders().find(({ id }) => id === folderId)
  if (folder === undefined) {
    throw new ImageError('unknown-id', { field: 'folder', id: String(folderId) })
  }
  if (folder.error !== undefined && folder.error.kind === 'not-found') {
    throw new ImageError('file-missing', { path: folder.path })
  }
  const images = library
    .rows()
    .filter((row) => row.folderId === folderId || isWithin(row.path, folder.path))
  const present = images.filter(({ missingSince }) => missingSince === undefined)
  if (present.length === 0) return undefined
  return queue.start({
    request: { kind: 'check', depth: 'metadata' },
    imageIds: present.map(({ id }) => id),
    batchTitle: weeklyTitle(folder.path),
    batchSubject: folderSubject(folderId),
  }).batchId
}

const weeklyTitle = (folder: string): string => `Weekly check of ${folder}`.slice(0, 200)
