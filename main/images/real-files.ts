import { realpath, stat } from 'node:fs/promises'
import { ImageError } from '../../core/index.ts'
import { errorOf } from './look-at-file.ts'

/** `device:inode` of what is at `path` now, or undefined when nothing is. */
export async function identityAt(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

/** The real path of a folder. Throws an ImageError when it is none or cannot be reached. */
export async function realFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    throw errorOf(error, path)
  }
  throw new ImageError('invalid-argument', {
    field: 'The folder',
    expected: 'a folder',
    found: path,
  })
}
