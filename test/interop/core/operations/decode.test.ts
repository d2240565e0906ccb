/** Raw files made of images, and of images that come through a pipe, beside what QEMU reads in them. */
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { decodeImage } from '../../../../core/operations/decode.ts'
import type { DecodeResult, DecodeTarget } from '../../../../core/operations/decode-result.ts'
import { streamDecode as decodeStream } from '../../../../core/operations/stream-decode.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { noise } from '../../../helpers/noise.ts'
import { qemuImg, qemuIo, qemuIoWith } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { folderOnDisk, tempFolder } from '../../../helpers/temp-folder.ts'

const mebibyte = 2 ** 20

const streamDecode = (image: string, target: DecodeTarget): Promise<DecodeResult> =>
  decodeStream(nodeHost, createReadStream(image), target, { name: image })

const reasonOf = (error: unknown): string => ImageError.from(error).reason

/** A sink that keeps what it is given. */
function collector() {
  const pieces: Buffer[] = []
  return {
    write: async (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)),
    bytes: () => Buffer.concat(pieces),
  }
}

/** A petabyte fits into no file; what then becomes of it is a test of its own. */
const decodable = someOf(
  readableImages.filter(({ name }) => name !== 'large-virtual-size'),
  { oneIn: 8, from: 2 },
)

/** What lies in other files does not come through a pipe. */
const refusedAsStream = (name: string): string | undefined => {
  if (name.startsWith('backing')) return 'stream-backing'
  return name.startsWith('data-file') ? 'stream-data-file' : undefined
}

describe('QEMU reads the same in the raw file as in the image', () => {
  test.each(decodable)('$name', async ({ name, build }) => {
    await using folder = await tempFolder()
    const image = await build(folder.path)
    const raw = folder.file('out.raw')
    const { virtualSize, target } = await decodeImage(nodeHost, image, { kind: 'file', path: raw })
    await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', image, raw)
    const content = await readFile(raw)
    expect({ path: target?.path, length: content.length }).toEqual({
      path: raw,
      length: virtualSize,
    })

    const sink = collector()
    await decodeImage(nodeHost, image, { kind: 'sink', sink })
    expect(sink.bytes().equals(content)).toBe(true)

    const streamed = folder.file('streamed.raw')
    const streamSink = collector()
    const targets = [
      { kind: 'file', path: streamed },
      { kind: 'sink', sink: streamSink },
    ] as const
    const refusals: (string | undefined)[] = []
    for (const to of targets) {
      const work = streamDecode(image, to)
      refusals.push(await work.then(() => undefined, reasonOf))
    }
    const refusal = refusedAsStream(name)
    expect(refusals).toEqual([refusal, refusal])
    const results = [await readFile(streamed).catch(() => undefined), streamSink.bytes()]
    const equal = results.map((bytes) => bytes?.equals(content))
    expect(equal).toEqual(refusal === undefined ? [true, true] : [undefined, false])
  })
})

describe('what qemu-img convert writes can be read in one pass', () => {
  const layouts: readonly (readonly string[])[] = [
    [],
    ['-c'],
    ['-c', '-o', 'compression_type=zstd'],
    ['-W', '-m', '16'],
    ['-c', '-W', '-m', '16'],
    ['-o', 'preallocation=metadata'],
    ['-o', 'preallocation=full'],
    ['-o', 'compat=0.10'],
    ['-o', 'cluster_size=512'],
    ['-c', '-o', 'cluster_size=512'],
    ['-o', 'cluster_size=512,refcount_bits=64'],
    ['-W', '-m', '16', '-o', 'cluster_size=4k'],
    ['-c', '-W', '-m', '16', '-o', 'cluster_size=4k,compression_type=zstd'],
    ['-o', 'cluster_size=2M'],
    ['-c', '-o', 'cluster_size=2M'],
    ['-o', 'extended_l2=on,cluster_size=16k'],
    ['-c', '-W', '-m', '16', '-o', 'extended_l2=on,cluster_size=16k'],
    ['-o', 'refcount_bits=1'],
    ['-o', 'lazy_refcounts=on'],
  ]

  test.each(
    someOf(layouts, { oneIn: 8, from: 3 }).map((args) => ({
      args,
      name: args.join(' ') || 'plain',
    })),
  )('$name', async ({ args }) => {
    await using folder = await tempFolder()
    const source = folder.file('source.raw')
    const content = Buffer.alloc(20 * mebibyte + 512 * 33)
    content.set(noise(1, 3 * mebibyte), mebibyte)
    for (let at = 5; at < 20; at += 2) {
      const text = Buffer.alloc(300_000, `line ${at} of a text that packs well\n`)
      content.set(text, at * mebibyte + 4096 * (at % 7))
      content.set(noise(at, 100_000), at * mebibyte + 700_000)
    }
    await writeFile(source, content)
    const image = folder.file('image.qcow2')
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...args, source, image)

    const raw = folder.file('out.raw')
    await streamDecode(image, { kind: 'file', path: raw })
    expect((await readFile(raw)).equals(content)).toBe(true)
    const sink = collector()
    await streamDecode(image, { kind: 'sink', sink })
    expect(sink.bytes().equals(content)).toBe(true)
    await decodeImage(nodeHost, image, { kind: 'file', path: raw, overwrite: true })
    expect((await readFile(raw)).equals(content)).toBe(true)
  })
})

describe('an image that has lived', () => {
  test('is read, wherever its tables went', async () => {
    await using folder = await tempFolder()
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4k', image, '1G')
    await qemuIo(image, 'write -P 1 0 40M', 'write -P 2 600M 1M', 'discard 10M 5M')
    await qemuImg('snapshot', '-c', 'before', image)
    await qemuIo(image, 'write -P 3 1M 64k', 'write -z 2M 64k')
    await qemuImg('snapshot', '-a', 'before', image)
    await qemuIo(image, 'write -P 4 3M 4k')
    // More L1 entries than one cluster has room for, so that the table moves.
    await qemuImg('resize', '-q', image, '1100M')
    const raw = folder.file('out.raw')
    await streamDecode(image, { kind: 'file', path: raw })
    expect(await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', image, raw)).toContain('identical')
  })

  test('is refused when more went by before its table than is kept', async () => {
    await using folder = await tempFolder()
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '1G')
    await qemuIo(image, 'write -P 1 0 80M')
    await qemuImg('snapshot', '-c', 'before', image)
    // The table is the snapshot's, too: the present gets a copy, at the end of the file.
    await qemuIo(image, 'write -P 2 0 64k')
    const target = { kind: 'file', path: folder.file('out.raw') } as const
    await expect(streamDecode(image, target)).rejects.toMatchObject({ reason: 'stream-order' })
    expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  })
})

test('a snapshot is decoded by its id or its name, with its own size', async () => {
  await using folder = await tempFolder()
  const image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '2M')
  await qemuIo(image, 'write -P 1 0 128k')
  await qemuImg('snapshot', '-c', '2', image)
  await qemuIo(image, 'write -P 2 64k 128k')
  await qemuImg('snapshot', '-c', 'later', image)
  await qemuImg('resize', '-q', image, '3M')
  await qemuIo(image, 'write -P 3 0 3M')
  const decoded = async (snapshot: string): Promise<Buffer> => {
    const sink = collector()
    await decodeImage(nodeHost, image, { kind: 'sink', sink }, { snapshot })
    return sink.bytes()
  }
  for (const [snapshot, option] of [
    ['1', 'snapshot.id=1'],
    ['later', 'snapshot.name=later'],
    // The first one is called so, but the second one has this id.
    ['2', 'snapshot.id=2'],
  ] as const) {
    const raw = folder.file(`${snapshot}.raw`)
    await qemuImg('convert', '-l', option, '-f', 'qcow2', '-O', 'raw', image, raw)
    // QEMU makes it as long as the disk is now, and leaves what the snapshot has not to chance.
    const content = (await readFile(raw)).subarray(0, 2 * mebibyte)
    expect((await decoded(snapshot)).equals(content)).toBe(true)
  }
  await expect(decoded('none')).rejects.toMatchObject({ reason: 'snapshot-missing' })
  await qemuIoWith({ format: 'raw' }, folder.file('1.raw'), 'read -v 0 512')
  await expect(
    decodeImage(
      nodeHost,
      folder.file('1.raw'),
      { kind: 'sink', sink: collector() },
      { snapshot: '1' },
    ),
  ).rejects.toMatchObject({ reason: 'snapshots-not-possible' })
})

test('zeroes take no space, whether the image knows of them or not', async () => {
  await using folder = await tempFolder()
  const image = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '64M')
  // Data that is zero, a zero cluster, and zeroes of 4 KiB amidst data.
  await qemuIo(
    image,
    'write -P 0 0 16M',
    'write -z 20M 4M',
    'write -P 7 32M 1M',
    'write -P 0 33M 4k',
  )
  await qemuIo(image, 'write -P 7 34607104 1M')
  const space = async (name: string) => (await stat(name)).blocks * 512
  const raw = folder.file('out.raw')
  const made = await decodeImage(nodeHost, image, { kind: 'file', path: raw })
  const streamed = folder.file('streamed.raw')
  await streamDecode(image, { kind: 'file', path: streamed })
  expect(made.bytesWritten).toBe(2 * mebibyte)
  expect(await space(raw)).toBeLessThanOrEqual(made.bytesWritten + 4096)
  expect(await space(streamed)).toBe(await space(raw))
  expect(made.target?.allocatedBytes).toBe(await space(raw))
  await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', image, streamed)
})

test('a raw image is decoded as what the guest sees: whole sectors', async () => {
  await using folder = await tempFolder()
  const image = folder.file('disk.raw')
  await writeFile(image, noise(3, 100_001))
  const raw = folder.file('out.raw')
  await decodeImage(nodeHost, image, { kind: 'file', path: raw })
  await qemuImg('compare', '-f', 'raw', '-F', 'raw', image, raw)
  expect((await stat(raw)).size).toBe(100_352)
})

describe('refused, and no file is left', () => {
  test('a disk that is longer than a file may be', async () => {
    await using folder = await folderOnDisk()
    const large = readableImages.find(({ name }) => name === 'large-virtual-size')
    const image = (await large?.build(folder.path)) ?? ''
    const raw = folder.file('out', 'out.raw')
    await mkdir(folder.file('out'))
    const target = { kind: 'file', path: raw } as const
    await expect(decodeImage(nodeHost, image, target)).rejects.toMatchObject({
      reason: 'output-too-long',
    })
    await expect(streamDecode(image, target)).rejects.toMatchObject({ reason: 'output-too-long' })
    expect(await readdir(path.dirname(raw))).toEqual([])
  })

  test('an image that a VM writes to, which stays as it is', async () => {
    await using folder = await tempFolder()
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '2M')
    await using _vm = await qemuSession(image)
    const target = { kind: 'file', path: folder.file('out.raw') } as const
    await expect(decodeImage(nodeHost, image, target)).rejects.toMatchObject({
      reason: 'file-in-use',
    })
    expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  })

  test('an overlay whose backing file is gone, once its content is needed', async () => {
    await using folder = await tempFolder()
    const base = folder.file('base.qcow2')
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', base, '2M')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', image)
    await qemuIo(image, 'write -P 1 0 64k')
    const target = { kind: 'file', path: folder.file('out.raw') } as const
    await expect(decodeImage(nodeHost, image, target, { links: 'deny' })).rejects.toMatchObject({
      kind: 'refused-link',
    })
    expect((await readdir(folder.path)).toSorted()).toEqual(['base.qcow2', 'disk.qcow2'])
  })

  test('the image itself as the new file, and a file that is there', async () => {
    await using folder = await tempFolder()
    const image = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '2M')
    const before = await readFile(image)
    await expect(
      decodeImage(nodeHost, image, { kind: 'file', path: image, overwrite: true }),
    ).rejects.toMatchObject({ reason: 'output-is-source' })
    await expect(decodeImage(nodeHost, image, { kind: 'file', path: image })).rejects.toMatchObject(
      { reason: 'output-exists' },
    )
    expect((await readFile(image)).equals(before)).toBe(true)
    expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  })
})
