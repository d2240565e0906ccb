import { isUtf8 } from 'node:buffer'
import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { ImageError } from '../errors/image-error.ts'
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
    let real: Buffer
    try {
      real = await realpath(path, 'buffer')
    } catch (error) {
      throw fromSystemError(error, { path })
    }
    // What Node would make of it is the name of another file.
    if (!isUtf8(real)) throw new ImageError('name-not-utf8', { path })
    return real.toString('utf8')
  },
}
