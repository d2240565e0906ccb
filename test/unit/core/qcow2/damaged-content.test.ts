import { deflateRawSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { UnavailableImage } from '../../../../core/image/unavailable-image.ts'
import { codecs } from '../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'

function open(builder: Qcow2Builder, parts: Partial<{ backing: UnavailableImage }> = {}) {
  const file = new MemoryFile(builder.bytes, { name: '/vm/disk.qcow2' })
  return new Qcow2Image({ file, area: readHeaderArea(file), codecs, ...parts })
}

const readAll = (image: Qcow2Image) => image.read(new Uint8Array(image.virtualSize), 0)
const reason = (name: string) => expect.objectContaining({ reason: name })

describe('compressed clusters that lie', () => {
  const size = 4096
  const streams: readonly [what: string, stream: Uint8Array][] = [
    ['noise', new Uint8Array(300).fill(0xff)],
    ['a stream for less than a cluster', deflateRawSync(Buffer.alloc(size - 1, 1))],
    ['a stream that is cut', deflateRawSync(Buffer.from('x'.repeat(size))).subarray(0, 4)],
  ]
  test.each(streams)('%s is undecodable, not zeroes', async (_, stream) => {
    const image = open(new Qcow2Builder().data(0).compressed(3, 0, stream))
    await expect(readAll(image)).rejects.toThrow(reason('cluster-undecodable'))
    await image.read(new Uint8Array(3 * size), 0)
  })

  it('a stream for far more than a cluster gives one cluster', async () => {
    const stream = deflateRawSync(Buffer.alloc(400 * size, 7))
    const image = open(new Qcow2Builder().compressed(3, 0, stream))
    const into = new Uint8Array(size)
    await image.read(into, 3 * size)
    expect(into.every((byte) => byte === 7)).toBe(true)
  })

  it('packed data past the end of the file is gone, and said to be', async () => {
    const builder = new Qcow2Builder().compressed(3)
    builder.l2Entry(3, (entry) => entry + (1n << 40n))
    await expect(readAll(open(builder))).rejects.toThrow(reason('cluster-undecodable'))
  })
})

describe('tables that are not there', () => {
  it('an L2 table past the end of the file is damage, data there is zeroes', async () => {
    const table = new Qcow2Builder().data(0).l1Entry(0, () => 1n << 40n)
    await expect(readAll(open(table))).rejects.toThrow(reason('structure-damaged'))
    const data = new Qcow2Builder().data(0).l2Entry(0, () => 1n << 40n)
    await expect(readAll(open(data))).resolves.toBeUndefined()
  })

  it('an L1 table past the end of the file is damage, though the image opens', async () => {
    const image = open(new Qcow2Builder().data(0).header('l1TableOffset', 1n << 40n))
    expect(image.virtualSize).toBe(65_536)
    await expect(readAll(image)).rejects.toThrow(reason('structure-damaged'))
  })

  it('unaligned tables and clusters are damage', async () => {
    const table = new Qcow2Builder().data(0).l1Entry(0, (entry) => entry + 512n)
    await expect(readAll(open(table))).rejects.toThrow(reason('structure-damaged'))
    const data = new Qcow2Builder().data(0).l2Entry(0, (entry) => entry + 512n)
    await expect(readAll(open(data))).rejects.toThrow(reason('structure-damaged'))
  })
})

it('a zero flag means nothing in version 2: such a cluster is damage, as for QEMU', async () => {
  const image = open(new Qcow2Builder({ version: 2 }).data(0).l2Entry(0, (entry) => entry + 1n))
  await expect(readAll(image)).rejects.toThrow(reason('structure-damaged'))
})

it('contradicting subcluster bits are damage', () => {
  const builder = new Qcow2Builder({ clusterBits: 14, extendedL2: true }).data(0).data(1)
  const image = open(builder.l2Bitmap(1, (bits) => bits + (1n << 32n)))
  expect(image.runAt(0, image.virtualSize)).toMatchObject({ kind: 'data', length: 16_384 })
  expect(() => image.runAt(16_384, 512)).toThrow(reason('structure-damaged'))
})

it('subclusters of one cluster are told apart', () => {
  const builder = new Qcow2Builder({ clusterBits: 14, extendedL2: true }).data(0)
  const image = open(builder.l2Bitmap(0, () => (0b1100n << 32n) + 0b0011n))
  const kinds = [0, 1024, 2048].map((at) => image.runAt(at, 16_384 - at))
  expect(kinds).toMatchObject([
    { kind: 'data', length: 1024 },
    { kind: 'zero', length: 1024 },
    { kind: 'unallocated', length: 14_336, hostOffset: expect.any(Number) },
  ])
})

it('an encrypted image maps, and no part of its content reads as anything', async () => {
  const image = open(new Qcow2Builder().data(1).header('cryptMethod', 1))
  expect(image.runAt(4096, 4096).kind).toBe('data')
  await expect(image.read(new Uint8Array(512), 0)).rejects.toThrow(reason('encrypted'))
})

it('a backing image that could not be opened never reads as zeroes', async () => {
  const error = new ImageError('link-missing', { path: '/vm/disk.qcow2', link: 'base.qcow2' })
  const image = open(new Qcow2Builder().data(0), { backing: new UnavailableImage('base', error) })
  await image.read(new Uint8Array(4096), 0)
  await expect(readAll(image)).rejects.toBe(error)
})

it('a range outside the disk is refused', async () => {
  const image = open(new Qcow2Builder())
  await expect(image.read(new Uint8Array(1), image.virtualSize)).rejects.toThrow(
    reason('out-of-range'),
  )
  expect(() => image.runAt(image.virtualSize - 512, 1024)).toThrow(reason('out-of-range'))
})

it('a cancelled read stops', async () => {
  const image = open(new Qcow2Builder().data(0))
  const signal = AbortSignal.abort()
  await expect(image.read(new Uint8Array(4096), 0, signal)).rejects.toThrow(reason('cancelled'))
})
