import { ImageError, type Reason } from '../../core/index.ts'
import { errnoOf } from './look-at-file.ts'

const reasons: Readonly<Record<string, Reason>> = {
  EEXIST: 'file-exists',
  EACCES: 'folder-not-writable',
  EPERM: 'folder-not-writable',
  EROFS: 'folder-not-writable',
}

/** Why a small file of ours (a checksum, a report) could not be written. */
export function saveError(error: unknown, target: string): ImageError {
  const errno = errnoOf(error)
  const context = { path: target, errno }
  return new ImageError(reasons[errno] ?? 'file-not-written', context, { cause: error })
}
