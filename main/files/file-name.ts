import path from 'node:path'
import { ImageError } from '../../core/index.ts'

/** What the file systems of Linux, macOS and Windows allow a name, in bytes of UTF-8. */
export const longestName = 255

/** What Windows does not allow in a name, at its end, or as one (with any ending). */
const notOnWindows = /[<>:"|?*\\\p{Cc}]|[. ]$/u
const windowsDevices = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

/** Why no file can have the name at the end of this path; undefined when one can. */
export function whyNotNamed(file: string, platform = process.platform): ImageError | undefined {
  const name = path.basename(file)
  const expected = ruleBrokenBy(name, platform)
  return expected === undefined
    ? undefined
    : new ImageError('name-not-possible', { path: file, found: name, expected })
}

function ruleBrokenBy(name: string, platform: NodeJS.Platform): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'it needs a name of its own'
  if (name.includes('\0') || !name.isWellFormed()) return 'it has a character that no name can have'
  if (Buffer.byteLength(name) > longestName) {
    return `it has ${Buffer.byteLength(name)} bytes, and names have at most ${longestName}`
  }
  if (platform !== 'win32') return undefined
  if (notOnWindows.test(name))
    return 'Windows allows neither < > : " | ? * \\ nor a dot or a space at its end'
  return windowsDevices.test(name) ? 'Windows keeps that name for a device' : undefined
}
