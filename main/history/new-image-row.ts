import { noHeaderFacts } from '../../core/index.ts'
import type { WritableDb } from './db.ts'
import { findByPath, insertImage, type StoredHeader } from './images.ts'

/**
 * The row that a job about a new file is about, before there is a file: the one that the path has already, or one
 * that only the history knows until the file is seen.
 */
export function rowForNewFile(db: WritableDb, path: string, now: number): number {
  return (
    findByPath(db, path)?.id ??
    insertImage(db, { path, header: headerOfNothing, single: false, addedAt: now }, now)
  )
}

const headerOfNothing: StoredHeader = {
  ...noHeaderFacts,
  identity: '',
  fingerprint: '',
  fileLength: 0,
  allocatedBytes: undefined,
  modifiedAt: 0,
  createdAt: undefined,
}
