import { link, readdir, rename, stat } from 'node:fs/promises'
import { fromChangeError, fromSystemError } from './system-error.ts'

/** Gives a file a second name in the same volume (link(2)). Throws `file-exists` and what the system says. */
export async function addName(path: string, name: string): Promise<void> {
  try {
    await link(path, name)
  } catch (error) {
    throw fromChangeError(error, { path: name })
  }
}

/**
 * Moves the name of a file over another one in one step (rename(2)): whoever opens that name finds the old
 * file or the new one. Not durable before the folder is flushed.
 */
export async function moveName(path: string, over: string): Promise<void> {
  try {
    await rename(path, over)
  } catch (error) {
    throw fromChangeError(error, { path: over })
  }
}

/** How many names the file at `path` has. */
export async function countNames(path: string): Promise<number> {
  try {
    return (await stat(path)).nlink
  } catch (error) {
    throw fromSystemError(error, { path })
  }
}

/** The names in a folder, in no order. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    throw fromSystemError(error, { path: folder })
  }
}
