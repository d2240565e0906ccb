import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { dehydrateImage } from '../../../../core/operations/dehydrate.ts'
import { rehydrateImage } from '../../../../core/operations/rehydrate.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const trailerBytes = 72

async function containerIn(folder: TempFolder): Promise<Buffer> {
  const image = new Qcow2Builder().data(0).data(5).snapshot({ id: '1', name: 'monday' })
  await image.writeTo(folder.file('disk.qcow2'))
  const options = { overwrite: true }
  await dehydrateImage(nodeHost, folder.file('disk.qcow2'), folder.file('sent'), options)
  return readFile(folder.file('sent'))
}

/** The bytes with a digest that holds, as somebody who means harm would send them. */
function signed(container: Buffer): Buffer {
  const body = container.subarray(0, container.length - 32)
  return Buffer.concat([body, createHash('sha256').update(body).digest()])
}

/** Changes a container at a place counted from its end. */
function forged(container: Buffer, change: (bytes: Buffer, trailerAt: number) => unknown): Buffer {
  const bytes = Buffer.from(container)
  change(bytes, bytes.length - trailerBytes)
  return signed(bytes)
}

async function rehydrated(folder: TempFolder, container: Buffer | string, name = 'sent') {
  await writeFile(folder.file(name), container)
  return rehydrateImage(nodeHost, folder.file(name), folder.file('back.qcow2'))
}

/** Why a container is refused; `made`: it is not, or an image is there all the same. */
async function refusalOf(folder: TempFolder, container: Buffer): Promise<string> {
  try {
    await rehydrated(folder, container)
    return 'made'
  } catch (error) {
    const isThere = (await readdir(folder.path)).includes('back.qcow2')
    return isThere ? 'made' : ImageError.from(error).reason
  }
}

describe('a container that nobody of us made', () => {
  const rangesAt = (bytes: Buffer, trailer: number) => Number(bytes.readBigUInt64BE(trailer + 16))
  const forgeries: readonly (readonly [string, (bytes: Buffer, trailer: number) => unknown])[] = [
    ['more ranges than it holds', (bytes, at) => bytes.writeUInt32BE(0xffff_ffff, at + 24)],
    ['more pieces than it holds', (bytes, at) => bytes.writeUInt32BE(0xffff_ffff, at + 28)],
    ['a total size past 2^53', (bytes, at) => bytes.writeBigUInt64BE(1n << 60n, at)],
    ['a total size below its ranges', (bytes, at) => bytes.writeBigUInt64BE(512n, at)],
    ['more bytes in its ranges', (bytes, at) => bytes.writeBigUInt64BE(1n << 40n, at + 8)],
    ['tables at another place', (bytes, at) => bytes.writeBigUInt64BE(16n, at + 16)],
    [
      'a range that overlaps the next',
      (bytes, at) => bytes.writeBigUInt64BE(1n << 20n, rangesAt(bytes, at) + 8),
    ],
    ['a range of no bytes', (bytes, at) => bytes.writeBigUInt64BE(0n, rangesAt(bytes, at) + 8)],
    ['ranges out of order', (bytes, at) => bytes.writeBigUInt64BE(1n << 30n, rangesAt(bytes, at))],
    [
      'a piece of another length',
      (bytes, at) => bytes.writeUInt32BE(7, at - 4 * bytes.readUInt32BE(at + 28)),
    ],
    ['a piece that does not unpack', (bytes) => bytes.fill(0x5a, 16, 48)],
    ['pieces of another size', (bytes) => bytes.writeUInt32BE(2 ** 31, 12)],
  ]

  test.each(forgeries)('with %s is refused, and no image is made', async (_what, forge) => {
    await using folder = await tempFolder('rehydrate')
    const container = forged(await containerIn(folder), forge)
    expect(await refusalOf(folder, container)).toBe('rehydrate-damaged')
  })

  test('that unpacks to more than it says is refused', async () => {
    await using folder = await tempFolder('rehydrate')
    const container = await containerIn(folder)
    const trailer = container.subarray(container.length - trailerBytes)
    const ranges = container.subarray(
      Number(trailer.readBigUInt64BE(16)),
      container.length - trailerBytes - 4,
    )
    const bomb = zstdCompressSync(Buffer.alloc(2 ** 26))
    const size = Buffer.alloc(4)
    size.writeUInt32BE(bomb.length)
    const bytes = Buffer.concat([container.subarray(0, 16), bomb, ranges, size, trailer])
    bytes.writeBigUInt64BE(BigInt(16 + bomb.length), bytes.length - trailerBytes + 16)
    expect(await refusalOf(folder, signed(bytes))).toBe('rehydrate-damaged')
  })

  test('of a newer version is refused as that', async () => {
    await using folder = await tempFolder('rehydrate')
    const newer = forged(await containerIn(folder), (bytes) => bytes.writeUInt32BE(2, 8))
    expect(await refusalOf(folder, newer)).toBe('rehydrate-newer')
  })

  test('is refused for any byte that changed on the way', async () => {
    await using folder = await tempFolder('rehydrate')
    const container = await containerIn(folder)
    const random = seededRandom(7)
    const refusals = new Set<string>()
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(container)
      const at = 12 + random.below(bytes.length - 12)
      bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255))
      refusals.add(await refusalOf(folder, bytes))
    }
    for (const length of [8, 87, 88, container.length - 1]) {
      refusals.add(await refusalOf(folder, container.subarray(0, length)))
    }
    expect([...refusals]).toEqual(['rehydrate-damaged'])
  })

  test.each([0, 7])('cut to %d bytes is none', async (length) => {
    await using folder = await tempFolder('rehydrate')
    const cut = (await containerIn(folder)).subarray(0, length)
    expect(await refusalOf(folder, cut)).toBe('rehydrate-no-container')
  })

  test('gives an image or a named error whatever it holds, with a digest that fits', async () => {
    await using folder = await tempFolder('rehydrate')
    const container = await containerIn(folder)
    const random = seededRandom(11)
    const reasons = new Set<string>()
    for (let round = 0; round < 120; round++) {
      const bytes = Buffer.from(container)
      for (let count = 1 + random.below(4); count > 0; count--) {
        const near = random.chance(0.7) ? Math.min(200, bytes.length - 12) : bytes.length - 12
        bytes[bytes.length - 1 - random.below(near)] = random.pick([0, 1, 0x7f, 0xff])
      }
      reasons.add(await refusalOf(folder, signed(bytes)))
      // A total size that fits the ranges is believed: a hole costs nothing.
      await rm(folder.file('back.qcow2'), { force: true })
    }
    // The last one: no file system has files of 2^52 bytes.
    const expected = new Set(['made', 'rehydrate-damaged', 'output-too-long'])
    expect([...reasons].filter((reason) => !expected.has(reason))).toEqual([])
  })
})

describe('the form with two files', () => {
  async function twoFiles(folder: TempFolder): Promise<string> {
    await new Qcow2Builder().data(0).writeTo(folder.file('disk.qcow2'))
    const options = { form: 'two-files' } as const
    await dehydrateImage(nodeHost, folder.file('disk.qcow2'), folder.file('sent'), options)
    return readFile(folder.file('sent.map'), 'utf8')
  }

  test('is the seed’s, byte for byte: ranges with their last bytes, and the bytes of all ranges', async () => {
    await using folder = await tempFolder('rehydrate')
    const map = await twoFiles(folder)
    expect(map).toBe('((blocks ((0 119) (4096 12295) (20480 24575))) (total_size 24576))\n')
    const disk = await readFile(folder.file('disk.qcow2'))
    const ranges = Array.from(map.matchAll(/\((\d+) (\d+)\)/g), ([, first, last]) =>
      disk.subarray(Number(first), Number(last) + 1),
    )
    expect(await readFile(folder.file('sent.meta'))).toEqual(Buffer.concat(ranges))
  })

  test.each(['sent', 'sent.map'])('is found by the name %s', async (name) => {
    await using folder = await tempFolder('rehydrate')
    await twoFiles(folder)
    const target = folder.file('back.qcow2')
    const result = await rehydrateImage(nodeHost, folder.file(name), target)
    expect(result).toMatchObject({ source: folder.file('sent.map'), judgedTheSame: undefined })
    expect((await readFile(target)).subarray(0, 512)).toEqual(
      (await readFile(folder.file('disk.qcow2'))).subarray(0, 512),
    )
  })

  test('is read as the seed lays it out, over lines', async () => {
    await using folder = await tempFolder('rehydrate')
    await writeFile(folder.file('sent.meta'), 'abcdef')
    const map = '((blocks\n  ((0 2)\n   (1024 1026)))\n (total_size 2048))'
    await rehydrated(folder, map, 'sent.map')
    const bytes = await readFile(folder.file('back.qcow2'))
    expect(bytes).toHaveLength(2048)
    expect(bytes.toString('latin1', 0, 3) + bytes.toString('latin1', 1024, 1027)).toBe('abcdef')
  })

  const maps: readonly (readonly [string, string])[] = [
    ['ranges out of order', '((blocks ((4 6) (0 2))) (total_size 2048))'],
    ['ranges that overlap', '((blocks ((0 2) (2 4))) (total_size 2048))'],
    ['a range that ends before it begins', '((blocks ((4 2))) (total_size 2048))'],
    ['a range past the end', '((blocks ((0 2) (2046 2048))) (total_size 2048))'],
    ['numbers that are none', '((blocks ((0 -2))) (total_size 2048))'],
    ['numbers past 2^53', '((blocks ((0 2))) (total_size 99999999999999999999))'],
    ['no size', '((blocks ((0 2) (4 6))))'],
    ['no ranges', '((total_size 2048))'],
    ['an end that is missing', '((blocks ((0 2) (4 6))) (total_size 2048)'],
    ['something behind its end', '((blocks ((0 2) (4 6))) (total_size 2048)) x'],
    ['other bytes than the other file', '((blocks ((0 2))) (total_size 2048))'],
    ['a word without an end', `((blocks ((${'9'.repeat(200_000)}`],
  ]

  test.each(maps)('with %s is refused, and no image is made', async (_what, map) => {
    await using folder = await tempFolder('rehydrate')
    await writeFile(folder.file('sent.meta'), 'abcdef')
    await expect(rehydrated(folder, map, 'sent.map')).rejects.toMatchObject({
      reason: 'rehydrate-damaged',
    })
    await expect(stat(folder.file('back.qcow2'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

test('a file that is neither is refused by its name', async () => {
  await using folder = await tempFolder('rehydrate')
  await expect(rehydrated(folder, 'something else', 'notes.txt')).rejects.toMatchObject({
    reason: 'rehydrate-no-container',
    context: { path: folder.file('notes.txt') },
  })
  await expect(
    rehydrateImage(nodeHost, folder.file('missing'), folder.file('back.qcow2')),
  ).rejects.toMatchObject({ reason: 'file-missing', context: { path: folder.file('missing') } })
})
