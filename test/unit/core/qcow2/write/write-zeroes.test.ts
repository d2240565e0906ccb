import { describe, expect, it } from 'vitest'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { filled } from '../../../../helpers/devices.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const K = 1024
/** Clusters of 4 KiB. */
const builder = (options: ConstructorParameters<typeof Qcow2Builder>[0] = {}) =>
  new Qcow2Builder({ clusterBits: 12, ...options })
const overlay = { backing: { name: 'b', format: 'raw' } }

describe('zeroes in version 3', () => {
  it('keep the cluster, or give it up when that is asked for', async () => {
    const made = builder().data(0, 1).data(1, 2)
    const host = made.hostClusterOf(0) * 4 * K
    const image = new MemoryImage(made)
    expect(await image.writer.writeZeroes(0, 4 * K)).toEqual({ erased: 0, unmapped: 0 })
    expect(image.runAt(0)).toBe(`zero at ${host}`)
    expect(await image.writer.writeZeroes(0, 8 * K, { unmap: true })).toEqual({
      erased: 0,
      unmapped: 8 * K,
    })
    expect([image.runAt(0), image.runAt(1)]).toEqual(['zero', 'zero'])
    await expectCleanAfterFlush(image)
  })

  it('hide what is below, and cost nothing where it reads as zeroes anyway', async () => {
    const lines: string[] = []
    const image = new MemoryImage(builder(overlay), {
      backing: filled(8 * K, 0xbb),
      wrap: (file) => new TraceFile(file, lines),
    })
    await image.writer.discard(4 * K, 12 * K)
    expect([image.runAt(0), image.runAt(1), image.runAt(2)]).toEqual([
      'unallocated',
      'zero',
      'unallocated',
    ])
    expect(await image.valueAt(4 * K, 12 * K)).toBe(0)
    await expectCleanAfterFlush(image)
    const before = lines.length
    await image.writer.discard(0, 0)
    await image.writer.discard(4 * K, 60 * K)
    await image.writer.writeZeroes(8 * K, 8 * K)
    expect(lines.length).toBe(before)
  })

  it('are written where they cover a part of a cluster, unless the rest is zero too', async () => {
    const image = new MemoryImage(builder().data(0, 1).data(1, 2).data(2, 3))
    await image.writer.writeZeroes(5 * K, 3 * K, { unmap: true })
    expect(image.runAt(1)).toMatch(/^data/)
    expect(await image.writer.discard(3 * K, 10 * K)).toEqual({ erased: K, unmapped: 8 * K })
    expect([image.runAt(1), image.runAt(2)]).toEqual(['zero', 'zero'])
    expect(await image.valueAt(0, 3 * K)).toBe(1)
    expect(await image.valueAt(3 * K, 10 * K)).toBe(0)
    await expectCleanAfterFlush(image)
  })

  it('count the cluster that the disk ends in as whole', async () => {
    const image = new MemoryImage(builder({ virtualSize: 9 * K }).data(2, 1))
    expect(await image.writer.discard(8 * K, K)).toEqual({ erased: 0, unmapped: 4 * K })
    expect(image.runAt(2)).toBe('zero')
    await expectCleanAfterFlush(image)
  })

  it('leave a snapshot what it holds', async () => {
    const made = builder().data(0, 1).data(1, 2).compressed(2, 3)
    const image = new MemoryImage(made.snapshot({ id: '1', name: 'before' }))
    const kept = await image.snapshot(0)
    await image.writer.writeZeroes(0, 4 * K)
    await image.writer.discard(4 * K, 8 * K)
    expect(await image.valueAt(0, 12 * K)).toBe(0)
    await image.writer.write(filled(K, 9), K)
    await expectCleanAfterFlush(image)
    expect(Buffer.from(await image.snapshot(0)).equals(kept)).toBe(true)
  })

  it('give a compressed cluster up', async () => {
    const image = new MemoryImage(builder().compressed(0, 5))
    await image.writer.writeZeroes(0, 4 * K)
    expect(image.runAt(0)).toBe('zero')
    await expectCleanAfterFlush(image)
  })

  it('are marked a subcluster at a time where there are some', async () => {
    const made = new Qcow2Builder({ clusterBits: 14, extendedL2: true, ...overlay })
    const image = new MemoryImage(made.data(0, 1).compressed(1, 5), {
      backing: filled(64 * K, 0xbb),
    })
    expect(await image.writer.discard(700, 1500)).toEqual({ erased: 324 + 152, unmapped: 0 })
    const kinds = [0, 512, 1024, 1536, 2048].map((at) => image.writer.runAt(at, 1).kind)
    expect(kinds).toEqual(['data', 'data', 'zero', 'zero', 'data'])
    expect(await image.writer.discard(16 * K, 512)).toEqual({ erased: 512, unmapped: 0 })
    expect(await image.writer.discard(32 * K, 512)).toEqual({ erased: 0, unmapped: 0 })
    expect(await image.valueAt(32 * K, 512)).toBe(0)
    expect(await image.valueAt(32 * K + 512, K)).toBe(0xbb)
    expect(await image.writer.discard(0, 16 * K)).toEqual({ erased: 0, unmapped: 16 * K })
    await expectCleanAfterFlush(image)
  })
})

describe('zeroes in version 2, which has no mark for them', () => {
  it('give clusters up where nothing is below', async () => {
    const image = new MemoryImage(builder({ version: 2 }).data(0, 1).compressed(1, 2))
    await image.writer.writeZeroes(0, 8 * K)
    expect([image.runAt(0), image.runAt(1)]).toEqual(['unallocated', 'unallocated'])
    await expectCleanAfterFlush(image)
  })

  it('are written above a backing image, and not past its end', async () => {
    const backing = filled(8 * K, 0xbb)
    const image = new MemoryImage(builder({ version: 2, ...overlay }).data(2, 1), { backing })
    await image.writer.discard(4 * K, 8 * K)
    expect(image.runAt(1)).toMatch(/^data/)
    expect(image.runAt(2)).toBe('unallocated')
    expect(await image.valueAt(4 * K, 8 * K)).toBe(0)
    expect(await image.valueAt(0, 4 * K)).toBe(0xbb)
    await expectCleanAfterFlush(image)
  })
})

describe('zeroes over an external data file', () => {
  const withDataFile = (raw: boolean, discard = false) => {
    const dataFile = new MemoryFile({ size: 64 * K })
    dataFile.put(filled(12 * K, 1), 0)
    const made = builder({ dataFile: 'disk.data' }).data(0).data(1).data(2)
    if (raw) made.header('autoclearFeatures', 2)
    const image = new MemoryImage(made, { dataFile, discard })
    const stored = () => {
      const bytes = filled(16 * K, 0xee)
      dataFile.readNow(bytes, 0)
      return bytes
    }
    return { image, stored }
  }

  it('reach a data file that must be readable by itself', async () => {
    const { image, stored } = withDataFile(true)
    await image.writer.writeZeroes(K, 4 * K)
    await image.writer.discard(8 * K, 4 * K)
    await image.writer.write(filled(K, 9), 9 * K)
    expect(Buffer.from(stored()).equals(await image.read(0, 16 * K))).toBe(true)
    expect(await image.valueAt(K, 4 * K)).toBe(0)
    await expectCleanAfterFlush(image)
  })

  it('are marks in other images; space goes back with the flush that frees it', async () => {
    const { image, stored } = withDataFile(false, true)
    await image.writer.discard(0, 4 * K)
    await image.writer.discard(8 * K, 4 * K)
    await image.writer.write(filled(K, 9), 8 * K)
    expect(stored()[0]).toBe(1)
    await expectCleanAfterFlush(image)
    expect(
      stored()
        .subarray(0, 4 * K)
        .every((byte) => byte === 0),
    ).toBe(true)
    expect(await image.valueAt(4 * K, 4 * K)).toBe(1)
    expect(await image.valueAt(8 * K, K)).toBe(9)
    expect(await image.valueAt(9 * K, 3 * K)).toBe(0)
  })
})

it('gives the space of freed clusters back to the host after the flush that frees them', async () => {
  const lines: string[] = []
  const made = builder().data(0, 1).data(1, 2)
  const host = made.hostClusterOf(0) * 4 * K
  const image = new MemoryImage(made, {
    discard: true,
    wrap: (file) => new TraceFile(file, lines),
  })
  await image.writer.discard(0, 4 * K)
  expect(lines).toEqual([])
  await image.writer.flush()
  expect(lines.at(-1)).toBe(`punch ${host}+4096`)
  await expectCleanAfterFlush(image)
})

it('zeroes a disk of a pebibyte at once', async () => {
  const virtualSize = 2 ** 50
  const image = new MemoryImage(new Qcow2Builder({ clusterBits: 21, virtualSize }).data(0, 1))
  expect(await image.writer.discard(0, virtualSize)).toEqual({ erased: 0, unmapped: 2 ** 21 })
  expect(await image.valueAt(0, 4096)).toBe(0)
})
