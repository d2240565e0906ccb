import Database from 'better-sqlite3'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { ImageError } from '../core/index.ts'
import { onOwnFolder } from './folder-trouble.ts'

/** How long to wait for a predecessor that is still ending, in milliseconds. */
const patience = 3_000

/**
 * One Platter a data folder: the library is cached in memory, and the first thing a start does is to
 * mark the jobs a predecessor left behind, which must not be those of one that still works.
 *
 * The lock is SQLite's own on an empty file, because the system frees that however the process ends.
 * Throws `already-running` and `data-folder-unusable`. The command line only adds finished rows and takes no lock.
 */
export function lockDataFolder(folder: string): Disposable {
  const lock = onOwnFolder(folder, () => {
    mkdirSync(folder, { recursive: true })
    return new Database(path.join(folder, 'platter.lock'), { timeout: patience })
  })
  try {
    onOwnFolder(folder, () => lock.exec('BEGIN EXCLUSIVE'))
  } catch (error) {
    lock.close()
    const isHeld = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
    throw isHeld ? new ImageError('already-running', { path: folder }, { cause: error }) : error
  }
  return { [Symbol.dispose]: () => void lock.close() }
}
