import { constants, deflateRawSync, inflateRawSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { codecs } from '../../../../core/io/codecs.ts'
import { noise } from '../../../helpers/noise.ts'

const cluster = 65_536
const text = Buffer.alloc(cluster, 'all work and no play makes a dull disk. ')
const padding = Buffer.alloc(511, 0xa5)

describe.each([
  { name: 'deflate', pack: (data: Buffer) => deflateRawSync(data), unpack: codecs.inflateRaw },
  { name: 'zstd', pack: (data: Buffer) => zstdCompressSync(data), unpack: codecs.zstd },
] as const)('$name', ({ pack, unpack }) => {
  test.each([
    ['text', text],
    ['noise', noise(1, cluster)],
    ['zeroes', Buffer.alloc(cluster)],
    ['the largest cluster', Buffer.alloc(2 << 20, 'large')],
    ['the smallest cluster', Buffer.alloc(512, 'small')],
  ])('unpacks %s, whatever padding follows', (_name, data) => {
    expect(Buffer.compare(unpack(pack(data), data.length), data)).toBe(0)
    const padded = Buffer.concat([pack(data), padding])
    expect(Buffer.compare(unpack(padded, data.length), data)).toBe(0)
  })

  test('refuses a stream that ends before the cluster is full', () => {
    expect(() => unpack(pack(text.subarray(0, 1000)), cluster)).toThrow(Error)
  })

  test('refuses a stream that is cut', () => {
    const packed = pack(noise(2, cluster))
    expect(() => unpack(packed.subarray(0, packed.length / 2), cluster)).toThrow(Error)
  })

  test('refuses what is no stream at all', () => {
    expect(() => unpack(Buffer.alloc(4096, 0xff), cluster)).toThrow(Error)
    expect(() => unpack(new Uint8Array(0), cluster)).toThrow(Error)
  })
})

test.each([
  ['text', Buffer.alloc(1 << 20, 'longer than a cluster ')],
  ['noise', noise(3, 1 << 20)],
  ['a bomb', Buffer.alloc(64 << 20)],
])('deflate that goes on past the cluster is taken as far as it is needed: %s', (_name, data) => {
  for (const limit of [512, cluster]) {
    const unpacked = codecs.inflateRaw(deflateRawSync(data), limit)
    expect(Buffer.compare(unpacked, data.subarray(0, limit))).toBe(0)
  }
})

test('zstd that goes on past the cluster is refused', () => {
  expect(() => codecs.zstd(zstdCompressSync(Buffer.alloc(64 << 20)), cluster)).toThrow(
    'the zstd data unpacks to more than',
  )
})

test('zstd frames one after the other, with checksums and skippable ones between, fill a cluster', () => {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 }
  const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const packed = Buffer.concat([
    zstdCompressSync(text.subarray(0, 40_000), { params }),
    skippable,
    zstdCompressSync(text.subarray(40_000), { params }),
    padding,
  ])
  expect(Buffer.compare(codecs.zstd(packed, cluster), text)).toBe(0)
})

describe('packing', () => {
  test.each([
    ['deflate', codecs.deflateRaw, codecs.inflateRaw],
    ['zstd', codecs.packZstd, codecs.zstd],
    ['deflate on this thread', codecs.deflateRawNow, codecs.inflateRaw],
    ['zstd on this thread', codecs.packZstdNow, codecs.zstd],
  ] as const)('gives %s that unpacks to the same', async (_name, pack, unpack) => {
    for (const data of [text, noise(1, cluster), Buffer.alloc(512), Buffer.alloc(2 << 20, 'x')]) {
      expect(Buffer.compare(unpack(await pack(data), data.length), data)).toBe(0)
    }
  })

  test('deflates within the window of 4 KiB that QEMU unpacks with', async () => {
    // The same noise again and again, too far apart for a small window to see.
    const data = Buffer.concat(Array.from({ length: 8 }, () => noise(1, 8192)))
    const packed = await codecs.deflateRaw(data)
    expect(packed.length).toBeGreaterThan(data.length * 0.9)
    expect(inflateRawSync(packed, { windowBits: 12 }).equals(data)).toBe(true)
  })
})
