import Database from 'better-sqlite3'
import { ImageError } from '../core/index.ts'

/** SQLite's words for: the file or its folder cannot be opened, written or grown. */
const unusable = /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR|FULL)/

/**
 * Runs `work` on a folder of ours. Throws `data-folder-unusable` when the system does not let it: the
 * folder belongs to another account, the disk is full or read-only.
 */
export function onOwnFolder<Result>(folder: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    const errno = troubleOf(error)
    if (errno === undefined) throw error
    throw new ImageError('data-folder-unusable', { path: folder, errno }, { cause: error })
  }
}

function troubleOf(error: unknown): string | undefined {
  if (error instanceof Database.SqliteError) {
    return unusable.test(error.code) ? error.message : undefined
  }
  const isSystemError = error instanceof Error && 'syscall' in error && 'code' in error
  return isSystemError ? String(error.code) : undefined
}
