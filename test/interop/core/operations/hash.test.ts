import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import { hashAlgorithms } from '../../../../core/operations/hash-result.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { openFilesBelow } from '../../../helpers/open-files.ts'
import { noise } from '../../../helpers/noise.ts'
import { qemuImg, qemuIo, qemuIoWith } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const mebibyte = 1 << 20

async function digestOfFile(path: string, algorithm = 'sha256'): Promise<string> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** A petabyte of zeroes takes days to hash, with any tool. */
const hashable = someOf(
  readableImages.filter(({ name }) => name !== 'large-virtual-size'),
  { oneIn: 8, from: 0 },
)

test('an encrypted image has no digest without its passphrase, not even an empty one', async () => {
  await using folder = await tempFolder()
  const path = folder.file('empty-aes.qcow2')
  const secret = ['--object', 'secret,id=key,data=passphrase']
  await qemuImg(
    'create',
    ...secret,
    '-f',
    'qcow2',
    '-o',
    'encrypt.format=aes,encrypt.key-secret=key',
    path,
    '1M',
  )
  await expect(engine.hashImage(path)).rejects.toMatchObject({ reason: 'encrypted' })
})

describe('the content digest is that of the raw file qemu-img converts to', () => {
  test.each(hashable)('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    const raw = folder.file('converted.raw')
    await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', path, raw)
    const { digest, bytes, live } = await engine.hashImage(path)
    expect({ digest, bytes, live }).toEqual({
      digest: await digestOfFile(raw),
      bytes: (await stat(raw)).size,
      live: false,
    })
    expect((await engine.hashImage(raw, { format: 'raw' })).digest).toBe(digest)
  })
})

test('a raw disk of an odd length is hashed as the guest sees it: to the end of its last sector', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  await writeFile(path, noise(1, 100_001))
  await qemuImg('convert', '-f', 'raw', '-O', 'raw', path, folder.file('converted'))
  const { digest, bytes } = await engine.hashImage(path)
  expect({ digest, bytes }).toEqual({
    digest: await digestOfFile(folder.file('converted')),
    bytes: 100_352,
  })
})

test.each(hashAlgorithms)(
  'the file digest is that of its bytes, whatever it is: %s',
  async (algorithm) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.vmdk')
    await qemuImg('create', '-q', '-f', 'vmdk', path, '4M')
    await qemuIoWith({ format: 'vmdk' }, path, 'write -P 7 1M 64k')
    expect(await engine.hashImage(path, { target: 'file', algorithm })).toMatchObject({
      algorithm,
      target: 'file',
      digest: await digestOfFile(path, algorithm),
      bytes: (await stat(path)).size,
    })
  },
)

test('holes of a raw file cost no reads', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  const handle = await open(path, 'w')
  await handle.truncate(256 * mebibyte)
  await handle.write(noise(1, mebibyte), 0, mebibyte, 100 * mebibyte)
  await handle.close()
  for (const target of ['content', 'file'] as const) {
    const { bytes, bytesRead, digest } = await engine.hashImage(path, { target })
    expect(bytes).toBe(256 * mebibyte)
    expect(bytesRead).toBeLessThan(mebibyte + 128 * 1024)
    expect(digest).toBe(await digestOfFile(path))
  }
})

test('clusters that were allocated beforehand and never written cost no reads', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', path, '256M')
  await qemuIo(path, 'write -P 7 100M 1M')
  const { bytesRead, bytes } = await engine.hashImage(path)
  expect(bytes).toBe(256 * mebibyte)
  expect(bytesRead).toBeLessThan(mebibyte + 512 * 1024)
})

test('an image that a VM writes to meanwhile is marked, and the VM goes on', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', path, '1M')
  await using writer = await qemuSession(path)
  expect(await engine.hashImage(path)).toMatchObject({ live: true })
  expect(await writer.run('write -P 1 0 64k')).toContain('wrote 65536/65536')
})

test('a hash that is cancelled leaves no file open', async () => {
  await using folder = await tempFolder()
  const path = folder.file('disk.raw')
  const handle = await open(path, 'w')
  await handle.truncate(2 ** 40)
  await handle.close()
  const controller = new AbortController()
  const hashing = engine.hashImage(path, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  })
  await expect(hashing).rejects.toMatchObject({ reason: 'cancelled' })
  expect(openFilesBelow(folder.path)).toEqual([])
})
