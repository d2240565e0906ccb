import Database from 'better-sqlite3'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { onOwnFolder } from '../folder-trouble.ts'
import { nameAside } from '../name-aside.ts'
import type { Notice } from '../notice.ts'
import { Db } from './db.ts'
import { latestVersion, migrate, schemaVersion } from './migrate.ts'

export interface OpenedDatabase {
  readonly db: Db
  /** What the person must know: that a damaged database was moved aside, and where it is now. */
  readonly notice: Notice | undefined
}

/** How long a write waits for another process (the command line recording its work), in milliseconds. */
const busyTimeout = 5_000

/**
 * Opens the database of library, jobs and history, and creates it at first.
 *
 * A damaged one is moved aside with its journal, never deleted, and a fresh one takes its place. One
 * from a newer Platter is not touched: throws `database-newer`; a folder that cannot be written to,
 * `data-folder-unusable`.
 */
export function openDatabase(file: string, now: () => number = Date.now): OpenedDatabase {
  try {
    return { db: openSound(file), notice: undefined }
  } catch (error) {
    if (!(error instanceof ImageError) || error.reason !== 'database-damaged') throw error
    const aside = moveAside(file, now())
    return {
      db: openSound(file),
      notice: {
        id: 'database-damaged',
        title: 'The library was damaged and starts anew',
        detail: `The damaged database was kept as ${aside}. Your images were not touched; add their folders again.`,
      },
    }
  }
}

/** For a process that does not own the data folder: throws `database-damaged` and moves nothing. */
export function openSound(file: string): Db {
  const folder = path.dirname(file)
  try {
    return onOwnFolder(folder, () => {
      mkdirSync(folder, { recursive: true })
      return open(file)
    })
  } catch (error) {
    if (!isDamage(error)) throw error
    throw new ImageError('database-damaged', { path: file }, { cause: error })
  }
}

function open(file: string): Db {
  if (existsSync(file)) inspect(file)
  const connection = new Database(file, { timeout: busyTimeout })
  try {
    connection.pragma('journal_mode = WAL')
    // With WAL a power cut may lose the last commits but never damages the file: right for a history
    // of work that can be done again, and a batch of thousands costs no fsync each.
    connection.pragma('synchronous = NORMAL')
    connection.pragma('foreign_keys = ON')
    migrate(connection)
    return new Db(connection)
  } catch (error) {
    connection.close()
    throw error
  }
}

/**
 * Read-only, because a connection that may write removes the journal of a damaged file when it closes,
 * and with it what could be saved of the last commits.
 */
function inspect(file: string): void {
  const connection = new Database(file, { readonly: true, timeout: busyTimeout })
  try {
    const found = schemaVersion(connection)
    if (found > latestVersion) {
      throw new ImageError('database-newer', { path: file, found, expected: latestVersion })
    }
    const verdict = connection.pragma('quick_check(1)', { simple: true })
    if (verdict !== 'ok') throw new DamagedDatabase(String(verdict))
  } finally {
    connection.close()
  }
}

class DamagedDatabase extends Error {}

function isDamage(error: unknown): boolean {
  if (error instanceof DamagedDatabase) return true
  const code = error instanceof Database.SqliteError ? error.code : ''
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

function moveAside(file: string, now: number): string {
  const aside = nameAside(file, now)
  // The journal belongs to the damaged file: left behind, SQLite would replay it into the fresh one.
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  return aside
}
