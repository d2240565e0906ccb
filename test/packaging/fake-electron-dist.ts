import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Marks the fuses in Electron's program; what follows is their version, count and states. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/**
 * A folder that looks like Electron's distribution for Linux to the packager: enough to copy, rename
 * and flip fuses in. It cannot run.
 */
export async function writeFakeElectronDist(folder: string, version: string): Promise<void> {
  await mkdir(path.join(folder, 'locales'), { recursive: true })
  await mkdir(path.join(folder, 'resources'))
  const fuses = Buffer.from([1, 9, ...Buffer.from('101000000')])
  await writeFile(
    path.join(folder, 'electron'),
    Buffer.concat([Buffer.alloc(1024), Buffer.from(fuseSentinel), fuses, Buffer.alloc(1024)]),
    { mode: 0o755 },
  )
  await writeFile(path.join(folder, 'chrome-sandbox'), '', { mode: 0o755 })
  await writeFile(path.join(folder, 'version'), version)
  await writeFile(path.join(folder, 'LICENSE'), 'MIT')
  await writeFile(path.join(folder, 'LICENSES.chromium.html'), '<!doctype html>')
  await writeFile(path.join(folder, 'locales', 'en-US.pak'), '')

  await writeFile(path.join(folder, 'resources', 'default_app.asar'), emptyArchive())
}

/** An asar archive without files: a length-prefixed header and nothing after it. */
function emptyArchive(): Buffer {
  const header = Buffer.from('{"files":{}}')
  const sizes = Buffer.alloc(16)
  // Chromium pickles: the size of the next pickle, its payload, the string's payload, its length.
  sizes.writeUInt32LE(4, 0)
  sizes.writeUInt32LE(header.length + 8, 4)
  sizes.writeUInt32LE(header.length + 4, 8)
  sizes.writeUInt32LE(header.length, 12)
  return Buffer.concat([sizes, header])
}
