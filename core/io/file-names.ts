import { link, lstat, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../errors/image-error.ts'
import { hostCalls } from './host-calls.ts'
import { fromChangeError, fromSystemError } from './system-error.ts'

/** Gives a file a second name in the same volume (link(2)). Throws `file-exists` and what the system says. */
export async function addName(file: string, name: string): Promise<void> {
  try {
    await link(file, name)
  } catch (error) {
    throw fromChangeError(error, { path: name })
  }
}

/**
 * Moves the name of a file over another one in one step (rename(2)): whoever opens that name finds the old
 * file or the new one. Not durable before the folder is flushed.
 */
export async function moveName(file: string, over: string): Promise<void> {
  try {
    await rename(file, over)
  } catch (error) {
    throw fromChangeError(error, { path: over })
  }
}

/** How many names the file at `file` has. */
export async function countNames(file: string): Promise<number> {
  try {
    return (await stat(file)).nlink
  } catch (error) {
    throw fromSystemError(error, { path: file })
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

/**
 * Gives a file another name, in one step where the system can, and never over another file: throws
 * `file-exists` when the name is taken, and otherwise what the system says (`errno` EXDEV: the new name is on
 * another volume). Only a spelling that differs in capitals may name the same file already. Not durable before
 * both folders are flushed.
 */
export async function renameFile(file: string, name: string): Promise<void> {
  try {
    if (await isOtherSpelling(file, name)) await rename(file, name)
    else if (hostCalls()?.renameUnlessTaken(file, name) !== true) await renameBySteps(file, name)
  } catch (error) {
    throw fromChangeError(error, { path: name })
  }
}

/** Whether a file system that takes both capitals for the same knows the file by the new name, too. */
async function isOtherSpelling(file: string, name: string): Promise<boolean> {
  if (path.dirname(file) !== path.dirname(name) || file.toLowerCase() !== name.toLowerCase()) {
    return false
  }
  const names = await readdir(path.dirname(file))
  if (names.includes(path.basename(name))) return false
  const own = await lstat(file, { bigint: true })
  const other = await lstat(name, { bigint: true }).catch(() => undefined)
  return other?.ino === own.ino && other.dev === own.dev
}

/** The new name is taken by a link or, where there are none, by an empty file that the rename replaces. */
async function renameBySteps(file: string, name: string): Promise<void> {
  try {
    await link(file, name)
  } catch (error) {
    if (!hasNoLinks(error)) throw error
    await renameOverOwnFile(file, name)
    return
  }
  try {
    await unlink(file)
  } catch (error) {
    await unlink(name)
    throw error
  }
}

async function renameOverOwnFile(file: string, name: string): Promise<void> {
  const volume = (await stat(file)).dev
  if ((await stat(path.dirname(name))).dev !== volume) {
    throw new ImageError('read-failed', { path: name, errno: 'EXDEV' })
  }
  await (await open(name, 'wx')).close()
  try {
    await rename(file, name)
  } catch (error) {
    await unlink(name)
    throw error
  }
}

/** What link(2) says on FAT, on some network shares and on Windows' own volumes without them. */
const hasNoLinks = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(String(error.code))
