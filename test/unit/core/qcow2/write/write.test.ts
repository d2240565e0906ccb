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

describe('a write', () => {
  it('goes over data that is the image’s own, and changes no table', async () => {
    const lines: string[] = []
    const image = new MemoryImage(builder().data(0, 1).data(1, 2), {
      wrap: (file) => new TraceFile(file, lines),
    })
    const before = image.runAt(0)
    await image.writer.write(filled(4 * K, 9), 2 * K)
    await image.writer.flush()
    expect(lines.filter((line) => !line.startsWith('write data'))).toEqual(['flush'])
    expect(image.runAt(0)).toBe(before)
    expect([await image.valueAt(0, 2 * K), await image.valueAt(2 * K, 4 * K)]).toEqual([1, 9])
    await expectCleanAfterFlush(image)
  })

  it('writes neighbouring clusters of one host run at once', async () => {
    const lines: string[] = []
    const image = new MemoryImage(builder(), { wrap: (file) => new TraceFile(file, lines) })
    await image.writer.write(filled(32 * K, 9), 0)
    await image.writer.write(filled(20 * K, 8), 6 * K)
    expect(lines.filter((line) => line.startsWith('write data')).map(lengthOf)).toEqual([
      32 * K,
      20 * K,
    ])
    await expectCleanAfterFlush(image)
  })

  it('writes nothing but the given bytes where a new cluster is zero anyway', async () => {
    const lines: string[] = []
    const image = new MemoryImage(builder(), { wrap: (file) => new TraceFile(file, lines) })
    await image.writer.write(filled(100, 9), 5000)
    expect(lines.map(lengthOf)).toEqual([100])
    expect(await image.valueAt(4 * K, 904)).toBe(0)
    expect(await image.valueAt(5000, 100)).toBe(9)
    await expectCleanAfterFlush(image)
  })

  it('shows nothing of who had the cluster before', async () => {
    const image = new MemoryImage(builder().data(0, 0xdd).data(1, 0xdd))
    await image.writer.discard(0, 8 * K)
    await image.writer.flush()
    await image.writer.write(filled(10, 7), 20 * K + 100)
    expect(image.runAt(5)).toMatch(/^data/)
    expect(await image.valueAt(20 * K, 100)).toBe(0)
    expect(await image.valueAt(20 * K + 110, 4 * K - 110)).toBe(0)
    await expectCleanAfterFlush(image)
  })

  it('copies a cluster that a snapshot refers to, and leaves the snapshot alone', async () => {
    const image = new MemoryImage(builder().data(0, 1).snapshot({ id: '1', name: 'before' }))
    const kept = await image.snapshot(0)
    await image.writer.write(filled(K, 9), K)
    expect(await image.valueAt(0, K)).toBe(1)
    expect(await image.valueAt(K, K)).toBe(9)
    expect(await image.valueAt(2 * K, 2 * K)).toBe(1)
    await expectCleanAfterFlush(image)
    expect(Buffer.from(await image.snapshot(0)).equals(kept)).toBe(true)
    const copy = image.runAt(0)
    await image.writer.write(filled(K, 8), 0)
    expect(image.runAt(0)).toBe(copy)
  })

  it('takes the rest of a cluster from a backing image, and zeroes from past its end', async () => {
    const backing = filled(5 * K, 0xbb)
    const image = new MemoryImage(builder({ backing: { name: 'b', format: 'raw' } }), { backing })
    await image.writer.write(filled(10, 9), 4 * K + 100)
    expect(await image.valueAt(4 * K, 100)).toBe(0xbb)
    expect(await image.valueAt(4 * K + 110, K - 110)).toBe(0xbb)
    expect(await image.valueAt(5 * K, 3 * K)).toBe(0)
    expect(await image.valueAt(0, 4 * K)).toBe(0xbb)
    expect(image.runAt(0)).toBe('unallocated')
    await expectCleanAfterFlush(image)
  })

  it('uses the cluster of an allocated zero cluster, and never what is in it', async () => {
    const made = builder().zeroAllocated(0).zeroAllocated(1)
    const host = made.hostClusterOf(0) * 4 * K
    const image = new MemoryImage(made)
    image.file.put(filled(4 * K, 0xdd), host)
    await image.writer.write(filled(K, 9), K)
    expect(image.runAt(0)).toBe(`data at ${host}`)
    expect(await image.valueAt(0, K)).toBe(0)
    expect(await image.valueAt(K, K)).toBe(9)
    expect(await image.valueAt(2 * K, 6 * K)).toBe(0)
    await expectCleanAfterFlush(image)
  })

  it('unpacks a compressed cluster, and gives its sectors back', async () => {
    const image = new MemoryImage(builder().compressed(0, 5).compressed(1, 6))
    await image.writer.write(filled(K, 9), K)
    expect(await image.valueAt(0, K)).toBe(5)
    expect(await image.valueAt(K, K)).toBe(9)
    expect(await image.valueAt(2 * K, 2 * K)).toBe(5)
    expect(await image.valueAt(4 * K, 4 * K)).toBe(6)
    await expectCleanAfterFlush(image)
  })

  it('fills the part of the last cluster that lies past the disk with zeroes', async () => {
    const made = builder({ virtualSize: 9 * K })
      .data(0, 0xdd)
      .data(1, 0xdd)
    const image = new MemoryImage(made)
    await image.writer.discard(0, 8 * K)
    await image.writer.flush()
    await image.writer.write(filled(K, 9), 8 * K)
    const run = image.writer.runAt(8 * K, K)
    const rest = filled(3 * K, 0xee)
    image.file.readNow(rest, 'hostOffset' in run ? (run.hostOffset ?? 0) + K : 0)
    expect(rest.every((byte) => byte === 0)).toBe(true)
    await expectCleanAfterFlush(image)
  })

  it('puts guest data at its own offset of an external data file', async () => {
    const dataFile = new MemoryFile({ size: 64 * K })
    dataFile.put(filled(64 * K, 0xdd), 0)
    const image = new MemoryImage(builder({ dataFile: 'disk.data' }), { dataFile })
    await image.writer.write(filled(K, 9), 9 * K)
    const cluster = filled(4 * K, 0xee)
    dataFile.readNow(cluster, 8 * K)
    expect(Buffer.from(await image.read(8 * K, 4 * K)).equals(cluster)).toBe(true)
    expect(await image.valueAt(8 * K, K)).toBe(0)
    expect(await image.valueAt(9 * K, K)).toBe(9)
    await image.writer.write(filled(K, 8), 0)
    expect(image.runAt(0)).toBe('data at 0')
    await expectCleanAfterFlush(image)
  })

  it('reaches the data file before an entry says so', async () => {
    const lines: string[] = []
    const dataFile = new MemoryFile({ size: 64 * K })
    const { writer } = new MemoryImage(builder({ dataFile: 'disk.data' }), {
      dataFile: new TraceFile(dataFile, lines),
      wrap: (file) => new TraceFile(file, lines),
    })
    await writer.write(filled(4 * K, 9), 0)
    await writer.flush()
    const linked = lines.findIndex((line) => line.startsWith('write l2-table'))
    expect(lines.slice(0, 2)).toEqual(['write data 0+4096', 'flush'])
    expect(linked).toBeGreaterThan(1)
  })
})

/** Bytes of a line such as `write data 8192+512`. */
const lengthOf = (line: string): number => Number(line.split('+')[1])

describe('a write to subclusters', () => {
  /** Clusters of 16 KiB, subclusters of 512 bytes. */
  const extended = (options: ConstructorParameters<typeof Qcow2Builder>[0] = {}) =>
    new Qcow2Builder({ clusterBits: 14, extendedL2: true, ...options })

  it('fills the subclusters it touches, and leaves the others to the backing image', async () => {
    const backing = filled(256 * K, 0xbb)
    const image = new MemoryImage(extended({ backing: { name: 'b', format: 'raw' } }), { backing })
    await image.writer.write(filled(600, 9), 1000)
    const kinds = [0, 512, 1024, 1536, 2048].map((at) => image.writer.runAt(at, 1).kind)
    expect(kinds).toEqual(['unallocated', 'data', 'data', 'data', 'unallocated'])
    expect(await image.valueAt(0, 1000)).toBe(0xbb)
    expect(await image.valueAt(1000, 600)).toBe(9)
    expect(await image.valueAt(1600, 14_000)).toBe(0xbb)
    await expectCleanAfterFlush(image)
  })

  it('adds to a cluster of its own, and goes over what is there', async () => {
    const image = new MemoryImage(extended())
    await image.writer.write(filled(512, 1), 512)
    const first = image.writer.runAt(512, 1)
    await image.writer.write(filled(100, 2), 4 * K + 100)
    await image.writer.write(filled(1024, 3), 700)
    expect(image.writer.runAt(512, 1)).toMatchObject({ ...first, length: 1 })
    expect(await image.valueAt(512, 188)).toBe(1)
    expect(await image.valueAt(700, 1024)).toBe(3)
    expect(await image.valueAt(1724, 2372)).toBe(0)
    expect(await image.valueAt(4 * K + 100, 100)).toBe(2)
    await expectCleanAfterFlush(image)
  })

  it('keeps zero subclusters zero when one next to them is written', async () => {
    const backing = filled(256 * K, 0xbb)
    const options = { backing: { name: 'b', format: 'raw' } }
    const image = new MemoryImage(extended(options).zeroAllocated(0).zeroPlain(1), { backing })
    for (const cluster of [0, 16 * K]) {
      await image.writer.write(filled(512, 9), cluster + 1024)
      expect(await image.valueAt(cluster, 1024)).toBe(0)
      expect(await image.valueAt(cluster + 1024, 512)).toBe(9)
      expect(await image.valueAt(cluster + 1536, 14 * K)).toBe(0)
    }
    await expectCleanAfterFlush(image)
  })

  it('takes all valid subclusters along when a snapshot shares the cluster', async () => {
    const backing = filled(256 * K, 0xbb)
    const made = extended({ backing: { name: 'b', format: 'raw' } }).data(0, 1)
    made.snapshot({ id: '1', name: 'before' })
    // Subclusters 0-3 hold data, 4-7 are zero, the others come from below.
    made.l2Bitmap(0, () => 0xf0_0000_000fn)
    const image = new MemoryImage(made, { backing })
    const kept = await image.snapshot(0)
    await image.writer.write(filled(10, 9), 10 * 512 + 5)
    expect(await image.valueAt(0, 4 * 512)).toBe(1)
    expect(await image.valueAt(4 * 512, 4 * 512)).toBe(0)
    expect(await image.valueAt(10 * 512 + 5, 10)).toBe(9)
    expect(image.writer.runAt(8 * 512, 1).kind).toBe('unallocated')
    await expectCleanAfterFlush(image)
    expect(Buffer.from(await image.snapshot(0)).equals(kept)).toBe(true)
  })

  it('unpacks a compressed cluster into all of its subclusters', async () => {
    const image = new MemoryImage(extended().compressed(0, 5))
    await image.writer.write(filled(10, 9), 5000)
    expect(await image.valueAt(0, 5000)).toBe(5)
    expect(await image.valueAt(5010, 11_000)).toBe(5)
    expect(image.writer.runAt(0, 16 * K)).toMatchObject({ kind: 'data', length: 16 * K })
    await expectCleanAfterFlush(image)
  })
})
