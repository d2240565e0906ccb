import type { Reason } from '../errors/catalogue.ts'
import type { ErrorContext } from '../errors/explanation.ts'
import { ImageError } from '../errors/image-error.ts'

const reasonsByErrno: Readonly<Record<string, Reason>> = {
  ENOENT: 'file-missing',
  ENOTDIR: 'file-missing',
  // A server that no longer knows the file behind an open descriptor: for us it has vanished.
  ESTALE: 'file-missing',
  EACCES: 'file-forbidden',
  EPERM: 'file-forbidden',
  EISDIR: 'file-is-folder',
  // Opened exclusively by somebody else: a lease or a locking flag (EAGAIN), Windows' sharing mode (EBUSY).
  EAGAIN: 'file-in-use',
  EBUSY: 'file-in-use',
}

/** As above, where the file is open already and its bytes or its length were to change. */
const writeReasonsByErrno: Readonly<Record<string, Reason>> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EFBIG: 'file-too-long',
}

/** As above, where a file was to be opened for writing, made or removed. */
const changeReasonsByErrno: Readonly<Record<string, Reason>> = {
  ...reasonsByErrno,
  EACCES: 'file-not-writable',
  EPERM: 'file-not-writable',
  EROFS: 'file-not-writable',
  EEXIST: 'file-exists',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
}

/** What a failed system call means for the file it was about; anything unforeseen is `read-failed`. */
export const fromSystemError = (thrown: unknown, context: ErrorContext): ImageError =>
  imageErrorOf(thrown, context, reasonsByErrno, 'read-failed')

/** What a failed write means; anything unforeseen is `write-failed`. */
export const fromWriteError = (thrown: unknown, context: ErrorContext): ImageError =>
  imageErrorOf(thrown, context, writeReasonsByErrno, 'write-failed')

/** What it means that a file could not be opened for writing, made or removed. */
export const fromChangeError = (thrown: unknown, context: ErrorContext): ImageError =>
  imageErrorOf(thrown, context, changeReasonsByErrno, 'read-failed')

/** Nobody knows what is on the disk after a failed flush, whatever its errno is. */
export const fromFlushError = (thrown: unknown, context: ErrorContext): ImageError =>
  imageErrorOf(thrown, context, {}, 'flush-failed')

/** A lock that fails for another reason than that somebody has it. */
export const fromLockError = (thrown: unknown, context: ErrorContext): ImageError =>
  imageErrorOf(thrown, context, {}, 'file-not-lockable')

function imageErrorOf(
  thrown: unknown,
  context: ErrorContext,
  reasons: Readonly<Record<string, Reason>>,
  otherwise: Reason,
): ImageError {
  if (thrown instanceof ImageError) return thrown.with(context)
  const errno = errnoOf(thrown)
  if (errno === undefined) return ImageError.from(thrown, context)
  return new ImageError(reasons[errno] ?? otherwise, { ...context, errno }, { cause: thrown })
}

/** The errno name of an error from a `node:fs` call, such as `EACCES`. */
function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
