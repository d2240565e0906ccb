import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import type { HashAlgorithm } from '../../core/index.ts'
import { saveError } from './save-error.ts'

/**
 * Writes `NAME.sha256` beside a file, in the form of sha256sum; never over another file. Answers its path. Throws
 * `file-exists`, `folder-not-writable`, `no-space` and `file-not-written`; then there is no file.
 */
export async function saveChecksum(
  file: string,
  { algorithm, digest }: { readonly algorithm: HashAlgorithm; readonly digest: string },
): Promise<string> {
  const target = `${file}.${algorithm}`
  let handle
  try {
    handle = await open(target, 'wx')
  } catch (error) {
    throw saveError(error, target)
  }
  try {
    await handle.writeFile(checksumLine(path.basename(file), digest))
    await handle.sync()
    await handle.close()
    return target
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(target, { force: true })
    throw saveError(error, target)
  }
}

/** As sha256sum (GNU coreutils) writes it: a backslash in front tells of a name that needed escapes. */
export function checksumLine(name: string, digest: string): string {
  const escaped = name
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
  return `${escaped === name ? '' : '\\'}${digest}  ${escaped}\n`
}
