import { describe, expect, test } from 'vitest'
import { autoclear } from '../../../../../core/qcow2/format/features.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import {
  Restructure,
  type RestructureOptions,
} from '../../../../../core/qcow2/restructure/restructure.ts'
import { StoredBlocks } from '../../../../../core/qcow2/restructure/stored-blocks.ts'
import { CountPages } from '../../../../../core/qcow2/restructure/count-pages.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { findingsOf } from '../../../../helpers/findings.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { Faults, FaultFile } from '../../../../storage/fault-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const stored = { refcounts: 'stored' } as const

function smallImage(options: BuilderOptions = {}): { image: Qcow2Builder; file: MemoryFile } {
  const image = new Qcow2Builder(options)
  image.data(0, 0xaa).data(1, 0xbb).zeroPlain(2).compressed(3).build()
  return { image, file: new MemoryFile(new Uint8Array(image.bytes)) }
}

function bytesOf(file: WritableFile, length = file.size()): Uint8Array {
  const bytes = new Uint8Array(length)
  file.readNow(bytes, 0, 'data')
  return bytes
}

/** Moves the L1 table: the least change that needs everything. */
async function moveL1(file: WritableFile, options: RestructureOptions = stored): Promise<void> {
  const area = readHeaderArea(file)
  const { l1TableOffset } = area.header
  const l1 = new Uint8Array(area.geometry.clusterSize)
  file.readNow(l1, l1TableOffset, 'l1-table')
  using change = Restructure.begin(file, area, options)
  const run = change.reserve(1)
  change.write(run, l1, 'l1-table')
  change.remove(l1TableOffset, 1)
  await change.commit({ l1TableOffset: run.offset })
}

function storedCounts(file: WritableFile): CountPages {
  const blocks = new StoredBlocks(file, readHeaderArea(file))
  return new CountPages({ source: (page) => blocks.page(page), budget: 2 ** 24 })
}

describe('the order of a change', () => {
  test('one write of one sector switches, with a flush before and after it', async () => {
    const { file } = smallImage()
    const traced = new TraceFile(file)
    await moveL1(traced)
    const switches = traced.lines.filter((line) => line.startsWith('write header'))
    expect(switches).toEqual(['write header 0+512'])
    const at = traced.lines.indexOf('write header 0+512')
    expect(traced.lines[at - 1]).toBe('flush')
    expect(traced.lines[at + 1]).toBe('flush')
    expect(traced.lines.slice(at + 2).filter((line) => line.startsWith('write'))).toEqual([])
  })

  test.each([9, 12, 16])('before the switch no used cluster is written (2^%i)', async (bits) => {
    const { file } = smallImage({ clusterBits: bits })
    const counts = storedCounts(file)
    const traced = new TraceFile(file)
    await moveL1(traced)
    const written = traced.lines.flatMap((line) => {
      const [, at, length] = /^write (?!header).* (\d+)\+(\d+)$/.exec(line) ?? []
      return at === undefined ? [] : [{ at: Number(at), length: Number(length) }]
    })
    expect(written.length).toBeGreaterThan(2)
    for (const { at, length } of written) {
      for (let byte = at; byte < at + length; byte += 512) {
        expect(counts.get(Math.floor(byte / 2 ** bits))).toBe(0)
      }
    }
  })

  test('what lost its last reference is not given out in the same change', () => {
    const { image, file } = smallImage()
    const offset = image.hostClusterOf(0) * image.clusterSize
    using change = Restructure.begin(file, readHeaderArea(file), stored)
    expect(change.remove(offset, 1)).toBe(1)
    expect(change.reserve(3).offset).toBeGreaterThanOrEqual(image.fileLength)
  })
})

describe('a change that does not happen', () => {
  test('leaves every byte as it was when its scope is left', () => {
    const { image, file } = smallImage()
    {
      using change = Restructure.begin(file, readHeaderArea(file), stored)
      change.write(change.reserve(5), new Uint8Array(100).fill(1), 'l2-table')
      expect(file.size()).toBeGreaterThan(image.fileLength)
    }
    expect(Buffer.compare(bytesOf(file), image.bytes)).toBe(0)
  })

  test('can be cancelled up to the switch', async () => {
    const { image, file } = smallImage()
    const abort = new AbortController()
    abort.abort()
    const cancelled = moveL1(file, { ...stored, signal: abort.signal })
    await expect(cancelled).rejects.toMatchObject({ reason: 'cancelled' })
    expect(Buffer.compare(bytesOf(file), image.bytes)).toBe(0)
  })

  test.each(['l1-table', 'refcount-block', 'refcount-table'] as const)(
    'a full disk while the %s is written leaves the old image',
    async (tag) => {
      const { image, file } = smallImage()
      const faults = new Faults()
      faults.add({ operation: 'write', tag, nth: 0, fault: 'ENOSPC' })
      const failing = moveL1(new FaultFile(file, faults))
      await expect(failing).rejects.toMatchObject({ reason: 'no-space' })
      expect(Buffer.compare(bytesOf(file), image.bytes)).toBe(0)
    },
  )

  test('an error of the switch itself does not cut away the tables it may have switched to', async () => {
    const { file } = smallImage()
    const faults = new Faults()
    faults.add({ operation: 'flush', nth: 1, fault: 'EIO' })
    await expect(moveL1(new FaultFile(file, faults))).rejects.toMatchObject({
      reason: 'flush-failed',
    })
    expect(await findingsOf(file)).toEqual([])
  })
})

describe('refcounts that contradict a change', () => {
  test('stop it when a reference is taken away that was never counted', () => {
    const { image, file } = smallImage()
    image.setRefcount(image.hostClusterOf(0), 0n)
    const damaged = new MemoryFile(new Uint8Array(image.bytes))
    using change = Restructure.begin(damaged, readHeaderArea(file), stored)
    const offset = image.hostClusterOf(0) * image.clusterSize
    const contradiction = expect.objectContaining({ reason: 'refcounts-contradict' })
    expect(() => change.remove(offset, 1)).toThrow(contradiction)
    expect(() => change.add(offset, 1)).toThrow(contradiction)
  })

  test('stop it when they cannot count one more', () => {
    const { image, file } = smallImage({ refcountOrder: 0 })
    using change = Restructure.begin(file, readHeaderArea(file), stored)
    const offset = image.hostClusterOf(0) * image.clusterSize
    expect(() => change.add(offset, 1)).toThrow(
      expect.objectContaining({ reason: 'refcount-overflow' }),
    )
  })

  test('do not make it overwrite tables that they call free', async () => {
    const { image } = smallImage()
    image.setRefcount(image.l1Cluster, 0n).setRefcount(image.refcountBlockCluster, 0n)
    const file = new MemoryFile(new Uint8Array(image.bytes))
    using change = Restructure.begin(file, readHeaderArea(file), stored)
    for (let run = 0; run < 3; run++) {
      expect(change.reserve(1).offset).toBeGreaterThanOrEqual(image.fileLength)
    }
    // The block that counts it all is counted as free: its own reference cannot be taken away.
    await expect(change.commit()).rejects.toMatchObject({ reason: 'refcounts-contradict' })
  })
})

describe('the new refcounts', () => {
  const orders = [0, 1, 2, 3, 4, 5, 6]
  const widths = orders.flatMap((from) => orders.map((to) => ({ from, to })))

  test.each(widths)('of order $from become order $to, every count kept', async ({ from, to }) => {
    const { file } = smallImage({ refcountOrder: from, clusterBits: 9 })
    await moveL1(file, { ...stored, refcountOrder: to })
    expect(readHeaderArea(file).header.refcountOrder).toBe(to)
    expect(await findingsOf(file)).toEqual([])
  })

  test('of a narrower width are refused when a count does not fit', async () => {
    const { image } = smallImage()
    image.setRefcount(image.hostClusterOf(0), 2n)
    const file = new MemoryFile(new Uint8Array(image.bytes))
    const narrowed = moveL1(file, { ...stored, refcountOrder: 0 })
    await expect(narrowed).rejects.toMatchObject({ reason: 'refcount-overflow' })
    expect(Buffer.compare(bytesOf(file), image.bytes)).toBe(0)
  })

  test.each([0, 4, 6])(
    'count themselves through several clusters of table (order %i)',
    async (order) => {
      const { file } = smallImage({ refcountOrder: order, clusterBits: 9 })
      const area = readHeaderArea(file)
      using change = Restructure.begin(file, area, stored)
      const clusters = 3 * 64 * area.geometry.refcountBlockEntries
      const run = change.reserve(clusters)
      const after = await change.commit()
      expect(after.header.refcountTableClusters).toBeGreaterThanOrEqual(4)
      const counts = storedCounts(file)
      expect(counts.get(run.offset / 512)).toBe(1)
      expect(counts.get(run.offset / 512 + clusters - 1)).toBe(1)
      // All that is wrong is what this test leaks, and it is the whole run.
      const leaks = (await findingsOf(file)).join(' ')
      expect(leaks).toContain(`${clusters} leaked clusters`)
    },
  )

  test('are only written where a count changed', async () => {
    const { file } = smallImage({ clusterBits: 9 })
    const area = readHeaderArea(file)
    {
      using change = Restructure.begin(file, area, stored)
      change.reserve(20 * area.geometry.refcountBlockEntries)
      await change.commit()
    }
    const traced = new TraceFile(file)
    await moveL1(traced)
    const blocks = traced.lines.filter((line) => line.startsWith('write refcount-block'))
    expect(blocks.length).toBeLessThan(5)
  })

  test('begin anew when the stored ones are not believed', async () => {
    const { image } = smallImage()
    for (let cluster = 0; cluster < 8; cluster++) image.setRefcount(cluster, 7n)
    const file = new MemoryFile(new Uint8Array(image.bytes))
    using change = Restructure.begin(file, readHeaderArea(file), { refcounts: 'none' })
    const { clusterSize } = image
    const used = [
      0,
      image.l1Cluster,
      image.l2ClusterOf(0),
      ...[0, 1, 3].map((guest) => image.hostClusterOf(guest)),
    ]
    for (const cluster of used) change.add(cluster * clusterSize, 1)
    await change.commit()
    expect(await findingsOf(file)).toEqual([])
  })
})

test('what a change frees at the end of the file is cut off', async () => {
  const { file } = smallImage()
  await moveL1(file)
  const longer = file.size()
  await moveL1(file)
  expect(file.size()).toBeLessThan(longer)
  expect(await findingsOf(file)).toEqual([])
})

test('what was counted as free before is not cut off: something may refer to it all the same', async () => {
  const { image, file } = smallImage()
  const last = image.fileLength / image.clusterSize + 9
  file.truncate((last + 1) * image.clusterSize)
  await moveL1(file)
  expect(file.size()).toBe((last + 1) * image.clusterSize)
  expect(await findingsOf(file)).toEqual([])
})

test('autoclear bits that we do not know are cleared by the switch, those we know stay', async () => {
  const { image } = smallImage()
  image.header('autoclearFeatures', (1n << 40n) | (1n << 7n) | BigInt(1 << autoclear.bitmaps))
  const file = new MemoryFile(new Uint8Array(image.bytes))
  await moveL1(file)
  expect(readHeaderArea(file).header.autoclearFeatures).toEqual({ high: 0, low: 1 })
})

test('a change that is done stays done where a refcount block past all of it cannot be read', async () => {
  const { image } = smallImage({ clusterBits: 9, refcountOrder: 1 })
  // It counts clusters from 20 MiB on.
  image.bytes.writeBigUInt64BE(2n ** 40n, image.refcountTableCluster * 512 + 20 * 8)
  const file = new MemoryFile(image.bytes)
  file.truncate(25 * 2 ** 20)
  await expect(moveL1(file)).resolves.toBeUndefined()
})

describe('metadata that a change has nothing to do with', () => {
  test.each([
    { name: 'the L1 table of a snapshot', of: (image: Qcow2Builder) => l1OfSnapshot(image) },
    { name: 'the snapshot table', of: (image: Qcow2Builder) => image.snapshotTableOffset },
    { name: 'the bitmap directory', of: (image: Qcow2Builder) => image.bitmapDirectoryOffset },
  ])('is not written over where it counts as free: $name', async ({ of }) => {
    const image = new Qcow2Builder({ clusterBits: 9 }).data(0)
    image.snapshot({ id: '1', name: 'one' }).bitmap({ name: 'changes' }).build()
    const at = image.refcountBlockCluster * 512 + (of(image) / 512) * 2
    image.bytes.writeUInt16BE(0, at)
    const file = new MemoryFile(image.bytes)
    const before = bytesOf(file)
    await expect(moveL1(file)).rejects.toMatchObject({ reason: 'refcounts-contradict' })
    expect(bytesOf(file)).toEqual(before)
  })
})

const l1OfSnapshot = (image: Qcow2Builder): number =>
  Number(image.bytes.readBigUInt64BE(image.snapshotTableOffset))
