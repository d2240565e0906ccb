import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { Paths } from '../image/environment.ts'
import { fromSystemError } from './system-error.ts'

/** The host's own path rules. */
export const paths: Paths = {
  resolve: (folder, name) => resolve(folder, name),
  folderOf: (path) => dirname(path),
  isWithin(path, folder) {
    const way = relative(folder, path)
    // Another drive of Windows has no relative way at all: it comes out absolute.
    return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
  },
  async real(path) {
    try {
      return await realpath(path)
    } catch (error) {
      throw fromSystemError(error, { path })
    }
  },
}
