import { readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/** Files below `folder` that this process holds open, by what /proc says; for leak checks. */
export function openFilesBelow(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(path.join('/proc/self/fd', descriptor))
      return target.startsWith(`${folder}${path.sep}`) ? [target] : []
    } catch {
      // The descriptor that listed the folder is closed by now.
      return []
    }
  })
}
