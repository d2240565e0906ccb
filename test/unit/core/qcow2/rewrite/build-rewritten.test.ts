import { expect, test } from 'vitest'
import { RawImage } from '../../../../../core/image/raw-image.ts'
import { codecs } from '../../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { buildRewritten } from '../../../../../core/qcow2/rewrite/build-rewritten.ts'
import { readSnapshots } from '../../../../../core/qcow2/snapshots.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { bitmapContents } from '../../../../crash/bitmap-contents.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import {
  bytesOf,
  findingsOf,
  rewriteInMemory,
  statesOf,
  zeroClustersOf,
} from '../../../../helpers/rewritten.ts'

const K = 1024

const fileOf = (builder: Qcow2Builder) => new MemoryFile(builder.bytes)
const always = () => true

test('guest data lies in one stretch, in guest order, however it lay before', async () => {
  const builder = new Qcow2Builder()
  for (const guest of [9, 3, 12, 0, 5, 4]) builder.leak().data(guest, 1 + guest)
  const from = fileOf(builder)
  const { file } = await rewriteInMemory(from)
  const image = readHeaderArea(file)
  expect(await statesOf(file)).toEqual(await statesOf(from))
  expect(await findingsOf(file)).toEqual([])
  // Header, L1 table, L2 table, six clusters of data, refcount block, refcount table.
  expect(file.size()).toBe(11 * 4 * K)
  expect(image.header.l1TableOffset).toBe(4 * K)
  const bytes = bytesOf(file)
  expect([3, 4, 5, 6, 7, 8].map((cluster) => bytes[cluster * 4 * K])).toEqual([1, 4, 5, 6, 10, 13])
})

test('clusters that snapshots share are stored once, and what only they have comes last', async () => {
  const builder = new Qcow2Builder()
  builder
    .data(0, 1)
    .data(1, 2)
    .snapshot({ id: '1', name: 'one' })
    .snapshot({ id: '2', name: 'two' })
  const from = fileOf(builder)
  const { file, counts } = await rewriteInMemory(from)
  expect(counts.dataClusters).toBe(2)
  expect(await statesOf(file)).toEqual(await statesOf(from))
  expect(await findingsOf(file)).toEqual([])
  expect(file.size()).toBe(from.size())
})

test('ids, names, dates and unknown data of snapshots go along', async () => {
  const builder = new Qcow2Builder()
  builder.data(0).snapshot({ id: '7', name: 'größer', extraBytes: 40 })
  const from = fileOf(builder)
  const { file } = await rewriteInMemory(from)
  const [old] = readSnapshots(from, readHeaderArea(from).header)
  const [now] = readSnapshots(file, readHeaderArea(file).header)
  expect({ ...now, l1TableOffset: 0 }).toEqual({ ...old, l1TableOffset: 0 })
})

test('what lies behind the end of the disk, a VM state, goes along', async () => {
  const builder = new Qcow2Builder({ virtualSize: 64 * K })
  builder.data(1, 0x11).data(100, 0x77).snapshot({ id: '1', name: 'running' })
  const { file, counts } = await rewriteInMemory(fileOf(builder))
  expect(counts.dataClusters).toBe(2)
  expect(bytesOf(file).includes(Buffer.alloc(4 * K, 0x77))).toBe(true)
  expect(await findingsOf(file)).toEqual([])
})

test('zero clusters are left out: unallocated alone, flagged over a backing file, kept in version 2', async () => {
  const build = (options: ConstructorParameters<typeof Qcow2Builder>[0]) =>
    fileOf(new Qcow2Builder(options).data(0, 0xaa).data(1, 0).data(2, 0xbb))
  const backing = () => new RawImage(new MemoryFile(filled(64 * K, 0xee)))
  const name = { name: 'base.raw', format: 'raw' }
  const stored = async (file: MemoryFile, below?: RawImage) => {
    const { file: now, counts } = await rewriteInMemory(file, { isZero: zeroClustersOf(file) })
    expect(await statesOf(now, below)).toEqual(await statesOf(file, below))
    expect(await findingsOf(now)).toEqual([])
    return counts.dataClusters
  }
  expect(await stored(build({}))).toBe(2)
  expect(await stored(build({ backing: name }), backing())).toBe(2)
  expect(await stored(build({ version: 2 }))).toBe(2)
  expect(await stored(build({ version: 2, backing: name }), backing())).toBe(3)
  expect(await stored(build({ clusterBits: 14, extendedL2: true, backing: name }), backing())).toBe(
    2,
  )
})

test('a zero cluster that has to stay allocated takes no space', async () => {
  const backing = { name: 'base.raw', format: 'raw' }
  const builder = new Qcow2Builder({ version: 2, backing, clusterBits: 16, virtualSize: 1024 * K })
  for (let guest = 0; guest < 8; guest++) builder.data(guest, 0)
  const { file } = await rewriteInMemory(fileOf(builder), { isZero: always })
  expect(file.size()).toBeGreaterThan(8 * 64 * K)
  expect(file.allocatedBytes()).toBeLessThan(6 * 64 * K)
})

test('an L2 table that says nothing any more is left out', async () => {
  const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 512 * 64 * 4 })
  builder.data(0, 1).data(64, 0).data(128, 0).data(200, 3)
  const from = fileOf(builder)
  const { file } = await rewriteInMemory(from, { isZero: zeroClustersOf(from) })
  expect(await statesOf(file)).toEqual(await statesOf(from))
  // Header, L1, two L2 tables, two clusters, refcount block and table.
  expect(file.size()).toBe(8 * 512)
})

test('preallocated clusters that read as zeroes give their space back', async () => {
  const builder = new Qcow2Builder().data(0).zeroAllocated(1).zeroAllocated(2).zeroPlain(3)
  const { file, counts } = await rewriteInMemory(fileOf(builder))
  expect(counts.dataClusters).toBe(1)
  expect(await statesOf(file)).toEqual(await statesOf(fileOf(builder)))
})

test('bitmaps are the same, bit by bit, those in use among them', async () => {
  const builder = new Qcow2Builder().data(0)
  builder.bitmap({ name: 'daily' }).bitmap({ name: 'open', inUse: true, granularityBits: 9 })
  const from = fileOf(builder)
  const { file } = await rewriteInMemory(from)
  expect(bitmapContents(file)).toBe(bitmapContents(from))
  expect(bitmapContents(file)).toContain('open')
  expect(await findingsOf(file)).toEqual([])
})

test('bitmaps that no longer hold are left out, with what they occupied', async () => {
  const builder = new Qcow2Builder().data(0).bitmap({ name: 'stale' })
  builder.header('autoclearFeatures', 0)
  const { file } = await rewriteInMemory(fileOf(builder))
  expect(readHeaderArea(file)).toMatchObject({ bitmaps: undefined, bitmapsStale: false })
  expect(await findingsOf(file)).toEqual([])
})

test('extensions that nobody knows, fields and the backing name stay as they stand', async () => {
  const data = Buffer.from('something of the future')
  const options = {
    extensions: [{ type: 0x12345678, data }],
    backing: { name: 'b\u00e4se.raw', format: 'raw' },
    lazyRefcounts: true,
  }
  const { area } = await rewriteInMemory(fileOf(new Qcow2Builder(options).data(0)))
  expect(area.extensions[0]).toMatchObject({ type: 0x12345678, data: new Uint8Array(data) })
  expect(area).toMatchObject({ backingName: 'b\u00e4se.raw', backingFormat: 'raw' })
  expect(area.header.compatibleFeatures.low).toBe(1)
})

test('a dirty image, whose refcounts may be anything, is written with true ones', async () => {
  const builder = new Qcow2Builder({ lazyRefcounts: true, dirty: true }).data(0).data(1)
  builder.setRefcount(builder.hostClusterOf(0), 0n)
  const from = fileOf(builder)
  const { file, area } = await rewriteInMemory(from)
  expect(area.header.incompatibleFeatures.low).toBe(0)
  expect(await statesOf(file)).toEqual(await statesOf(from))
  expect(await findingsOf(file)).toEqual([])
})

test('compressed clusters are carried as they are, or packed anew for another type', async () => {
  const builder = new Qcow2Builder({ compression: 'zstd' }).compressed(0, 1).compressed(1, 2)
  builder.data(2, 3).snapshot({ id: '1', name: 'one' })
  const from = fileOf(builder)
  for (const compression of ['none', 'zstd', 'zlib'] as const) {
    const { file, area } = await rewriteInMemory(from, { compression })
    expect(await statesOf(file)).toEqual(await statesOf(from))
    expect(await findingsOf(file)).toEqual([])
    expect(area.header.compressionType).toBe(compression === 'zlib' ? 0 : 1)
    expect(area.header.incompatibleFeatures.low).toBe(compression === 'zlib' ? 0 : 8)
  }
})

test('compressed data that does not unpack is told, and only asked for its type', async () => {
  const builder = new Qcow2Builder().compressed(0, 0, Buffer.alloc(100, 0xff))
  expect(await reasonOf(rewriteInMemory(fileOf(builder)))).toBe('none')
  expect(await reasonOf(rewriteInMemory(fileOf(builder), { compression: 'zstd' }))).toBe(
    'cluster-undecodable',
  )
})

test('what cannot be rewritten is refused before anything is written', async () => {
  const luks = new Qcow2Builder({ extensions: [{ type: 0x0537be77, data: new Uint8Array(16) }] })
  const corrupt = new Qcow2Builder().header('incompatibleFeatures', 2)
  const cases = [
    [new Qcow2Builder({ dataFile: 'disk.raw' }), 'none', 'rewrite-not-possible'],
    [luks.header('cryptMethod', 2), 'none', 'rewrite-not-possible'],
    [new Qcow2Builder().header('cryptMethod', 1), 'zlib', 'rewrite-not-possible'],
    [new Qcow2Builder({ version: 2 }), 'zstd', 'rewrite-not-possible'],
    [corrupt, 'none', 'image-corrupt'],
  ] as const
  for (const [builder, compression, reason] of cases) {
    const from = fileOf(builder)
    const to = new MemoryFile({ size: 0 })
    const building = buildRewritten(from, readHeaderArea(from), to, { codecs, compression })
    expect(await reasonOf(building)).toBe(reason)
    expect(to.size()).toBe(0)
  }
})

test('data encrypted by its guest offset is carried as it is, and nothing of it is taken for zeroes', async () => {
  const builder = new Qcow2Builder().data(0, 0).data(1, 5).header('cryptMethod', 1)
  const { area, counts } = await rewriteInMemory(fileOf(builder), { isZero: always })
  expect(area.encryption).toBe('aes')
  expect(counts.dataClusters).toBe(2)
})

test('until all is written the new file is no image, and a cancel at any turn leaves it so', async () => {
  const builder = new Qcow2Builder().snapshot({ id: '1', name: 'one' })
  for (let guest = 0; guest < 16; guest++) builder.data(guest, 1 + guest)
  const from = fileOf(builder)
  const before = bytesOf(from)
  let turns = 0
  await rewriteInMemory(from, { onProgress: () => turns++ })
  expect(turns).toBeGreaterThan(1)
  for (let turn = 0; turn < turns; turn++) {
    const abort = new AbortController()
    const to = new MemoryFile({ size: 0 })
    let seen = 0
    const building = buildRewritten(from, readHeaderArea(from), to, {
      codecs,
      signal: abort.signal,
      onProgress: () => {
        if (seen++ === turn) abort.abort()
      },
    })
    expect(await reasonOf(building)).toBe('cancelled')
    expect(to.size() === 0 || bytesOf(to).subarray(0, 4).equals(Buffer.alloc(4))).toBe(true)
    expect(bytesOf(from).equals(before)).toBe(true)
  }
})
