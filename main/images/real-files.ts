import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { isWithin } from './is-within.ts'
import { errorOf } from './look-at-file.ts'

/** `device:inode` of what is at `file` now, or undefined when nothing is. */
export async function identityAt(file: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(file, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

/**
 * Whether `file` leads into one of `roots` (real paths), every symbolic link followed. A path that
 * leads nowhere counts by its spelling: there is nothing to read.
 */
export async function leadsInto(
  roots: readonly string[] | undefined,
  file: string,
): Promise<boolean> {
  if (roots === undefined) return true
  const real = await realpath(file).catch(() => path.resolve(file))
  return roots.some((root) => isWithin(real, root))
}

/** The real path of a folder. Throws an ImageError when it is none or cannot be reached. */
export async function realFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    throw errorOf(error, folder)
  }
  throw new ImageError('invalid-argument', {
    field: 'The folder',
    expected: 'a folder',
    found: folder,
  })
}
