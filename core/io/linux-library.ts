import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'
import type * as Koffi from 'koffi'

/** The C library of the running process, and the number of the last error of a call to it. */
export interface LinuxLibrary {
  readonly libc: Koffi.LibraryHandle
  readonly errno: () => number
}

/**
 * Loads the binding to the C library; undefined on platforms whose calls are not known. Throws where the
 * binding does not load.
 */
export function loadLinuxLibrary(): LinuxLibrary | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined
  // Loaded by name at run time: the library brings its native part along and must not be bundled.
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  return { libc: koffi.load(null), errno: () => koffi.errno() }
}

/** An error as `node:fs` throws them, so that one table says what it means. */
export function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(-errno)
  return Object.assign(new Error(`${code}, ${syscall}`), { code, syscall, errno: -errno })
}
