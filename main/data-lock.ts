import Database from 'better-sqlite3'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { ImageError } from '../core/index.ts'

/** How long to wait for a predecessor that is still ending, in milliseconds. */
const patience = 3_000

/**
 * One Platter a data folder: the library is cached in memory, and the first thing a start does is to
 * mark the jobs a predecessor left behind, which must not be those of one that still works.
 *
 * The lock is SQLite's own on an empty file, because the system frees that however the process ends.
 * Throws `already-running`. The command line only adds finished rows and takes no lock.
 */
export function lockDataFolder(folder: string): Disposable {
  mkdirSync(folder, { recursive: true })
  const lock = new Database(path.join(folder, 'platter.lock'), { timeout: patience })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new ImageError('already-running', { path: folder }, { cause: error })
  }
  return { [Symbol.dispose]: () => void lock.close() }
}
