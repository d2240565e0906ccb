/** Sources that somebody changes who asks for no locks: what is made of two moments is not made at all. */
import { open, readdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { decodeImage } from '../../../../core/operations/decode.ts'
import { encodeImage } from '../../../../core/operations/encode.ts'
import { reasonOf } from '../../../helpers/devices.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const mib = 1024 * 1024

const changes = {
  'cut off': (source: FileHandle) => source.truncate(5 * mib),
  'longer by now': (source: FileHandle) => source.write(Buffer.alloc(512, 2), 0, 512, 12 * mib),
  'written to': (source: FileHandle) => source.write(Buffer.alloc(512, 2), 0, 512, 11 * mib),
}
type FileHandle = Awaited<ReturnType<typeof open>>

test.each(
  Object.keys(changes).flatMap((change) =>
    (['encode', 'decode'] as const).flatMap((verb) =>
      (['file', 'sink'] as const).map((to) => [verb, to, change as keyof typeof changes] as const),
    ),
  ),
)('%s into a %s is refused of a source that is %s', async (verb, to, change) => {
  await using folder = await tempFolder()
  const raw = folder.file('disk.raw')
  await writeFile(raw, Buffer.alloc(12 * mib, 1))
  // A time of its own, however coarse the clock of the file system is.
  const source = await open(raw, 'r+')
  await source.utimes(1000, 1000)
  const target =
    to === 'file'
      ? { kind: 'file' as const, path: folder.file('made') }
      : { kind: 'sink' as const, sink: { write: () => Promise.resolve() } }
  let changing: Promise<unknown> | undefined
  const options = {
    format: 'raw' as const,
    onProgress: () => void (changing ??= changes[change](source)),
  }
  const made =
    verb === 'encode'
      ? encodeImage(nodeHost, { kind: 'file', path: raw }, target, options)
      : decodeImage(nodeHost, raw, target, options)
  expect(await reasonOf(made)).toBe('source-changed')
  await changing
  await source.close()
  expect(await readdir(folder.path)).toEqual(['disk.raw'])
})
