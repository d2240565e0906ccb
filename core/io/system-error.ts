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
}

/** What a failed system call means for the file it was about; anything unforeseen is `read-failed`. */
export function fromSystemError(thrown: unknown, context: ErrorContext): ImageError {
  if (thrown instanceof ImageError) return thrown.with(context)
  const errno = errnoOf(thrown)
  if (errno === undefined) return ImageError.from(thrown, context)
  const reason = reasonsByErrno[errno] ?? 'read-failed'
  return new ImageError(reason, { ...context, errno }, { cause: thrown })
}

/** The errno name of an error from a `node:fs` call, such as `EACCES`. */
function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
