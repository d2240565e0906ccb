import { open, unlink } from 'node:fs/promises'
import { fromChangeError, fromFlushError } from './system-error.ts'

/** Removes the name of a file. Throws `file-missing`, `file-not-writable` or `read-failed`. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    throw fromChangeError(error, { path })
  }
}

/**
 * Makes the names in a folder durable: fsync(2) of a file says nothing about the name it was made by.
 * Windows has no such call and keeps names in its journal.
 */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    throw fromFlushError(error, { path })
  }
}
