import { describe, expect, it } from 'vitest'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults } from '../../../../storage/fault-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const K = 1024
const builder = (options: BuilderOptions = {}) => new Qcow2Builder({ clusterBits: 12, ...options })

describe('a write that fails', () => {
  for (const fault of ['EIO', 'ENOSPC'] as const) {
    it(`leaves the cluster as it was and its new place free (${fault})`, async () => {
      const faults = new Faults()
      const made = builder().data(0, 1).snapshot({ id: '1', name: 'before' })
      const image = new MemoryImage(made, { wrap: (file) => new FaultFile(file, faults) })
      faults.add({ operation: 'write', tag: 'data', nth: 0, fault })
      const reason = fault === 'EIO' ? 'write-failed' : 'no-space'
      expect(await reasonOf(image.writer.write(filled(K, 9), 0))).toBe(reason)
      expect(await image.valueAt(0, 4 * K)).toBe(1)
      await expectCleanAfterFlush(image)
      await image.writer.write(filled(K, 9), 0)
      expect(await image.valueAt(0, K)).toBe(9)
      await expectCleanAfterFlush(image)
    })
  }

  it('leaves every cluster of a long range old or new', async () => {
    const faults = new Faults()
    const made = builder({ virtualSize: 256 * K })
    for (let cluster = 0; cluster < 64; cluster += 3) made.data(cluster, 1)
    const image = new MemoryImage(made, { wrap: (file) => new FaultFile(file, faults) })
    faults.add({ operation: 'write', tag: 'data', nth: 7, fault: 'EIO' })
    expect(await reasonOf(image.writer.write(filled(256 * K, 9), 0))).toBe('write-failed')
    for (let cluster = 0; cluster < 64; cluster++) {
      const values = new Set(await image.read(cluster * 4 * K, 4 * K))
      const old = cluster % 3 === 0 ? 1 : 0
      expect([...values].every((value) => value === old || value === 9)).toBe(true)
    }
    await expectCleanAfterFlush(image)
    await image.writer.write(filled(256 * K, 9), 0)
    expect(await image.valueAt(0, 256 * K)).toBe(9)
    await expectCleanAfterFlush(image)
  })

  it('gives packed room back', async () => {
    const faults = new Faults()
    const image = new MemoryImage(builder(), { wrap: (file) => new FaultFile(file, faults) })
    await image.writer.writeCompressed(filled(4 * K, 1), 0)
    faults.add({ operation: 'write', tag: 'compressed', nth: 0, fault: 'ENOSPC' })
    const failed = image.writer.writeCompressed(filled(4 * K, 2), 4 * K)
    expect(await reasonOf(failed)).toBe('no-space')
    await expectCleanAfterFlush(image)
    await image.writer.writeCompressed(filled(4 * K, 3), 4 * K)
    expect([await image.valueAt(0, 4 * K), await image.valueAt(4 * K, 4 * K)]).toEqual([1, 3])
    await expectCleanAfterFlush(image)
  })

  it('takes nothing from an entry when its old content cannot be read', async () => {
    const faults = new Faults()
    const image = new MemoryImage(builder().compressed(0, 5), {
      wrap: (file) => new FaultFile(file, faults),
    })
    faults.add({ operation: 'read', tag: 'compressed', nth: 0, fault: 'EIO' })
    expect(await reasonOf(image.writer.write(filled(K, 9), 0))).toBe('read-failed')
    expect(await image.valueAt(0, 4 * K)).toBe(5)
    await expectCleanAfterFlush(image)
  })

  it('keeps the entries it has set when a further table cannot be made', async () => {
    const faults = new Faults()
    // An L2 table of 64 entries covers 32 KiB: the write needs a second one.
    const made = new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * K }).data(0, 1)
    const l2 = made.data(64, 2).l2ClusterOf(64) * 512
    const image = new MemoryImage(made, { wrap: (file) => new FaultFile(file, faults) })
    const range = { at: l2, length: 512 }
    faults.add({ operation: 'read', tag: 'l2-table', range, nth: 0, times: 3, fault: 'EIO' })
    expect(await reasonOf(image.writer.write(filled(40 * K, 9), 0))).toBe('read-failed')
    faults.clear()
    await expectCleanAfterFlush(image)
  })
})

/** The file, telling when it is closed. */
function closing<File extends WritableFile>(file: File, onClose: () => void): File {
  const close = file.close.bind(file)
  return Object.assign(file, {
    close: async () => {
      onClose()
      await close()
    },
  })
}

describe('a flush that fails', () => {
  it('ends all writing, and closing does not fail again', async () => {
    const faults = new Faults()
    const image = new MemoryImage(builder(), { wrap: (file) => new FaultFile(file, faults) })
    const { writer } = image
    await writer.write(filled(K, 9), 0)
    faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
    expect(await reasonOf(writer.flush())).toBe('flush-failed')
    expect(await reasonOf(writer.write(filled(K, 8), 0))).toBe('device-failed')
    expect(await reasonOf(writer.discard(0, 4 * K))).toBe('device-failed')
    expect(await reasonOf(writer.flush())).toBe('device-failed')
    expect(await image.valueAt(0, K)).toBe(9)
    await writer.close()
  })

  it('while closing is told, and every file is closed all the same', async () => {
    const faults = new Faults()
    const closed: string[] = []
    const dataFile = closing(new MemoryFile({ size: 0 }), () => closed.push('data file'))
    const image = new MemoryImage(builder({ dataFile: 'disk.data' }), {
      dataFile,
      wrap: (file) => closing(new FaultFile(file, faults), () => closed.push('image')),
    })
    await image.writer.write(filled(K, 9), 0)
    faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
    expect(await reasonOf(image.writer.close())).toBe('flush-failed')
    expect(closed).toEqual(['data file', 'image'])
    expect(await reasonOf(image.writer.write(filled(K, 9), 0))).toBe('device-failed')
  })

  it('of the data file ends all writing too', async () => {
    const faults = new Faults()
    const dataFile = new FaultFile(new MemoryImage(builder()).file, faults)
    const image = new MemoryImage(builder({ dataFile: 'disk.data' }), { dataFile })
    await image.writer.write(filled(K, 9), 0)
    faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
    expect(await reasonOf(image.writer.flush())).toBe('flush-failed')
    expect(await reasonOf(image.writer.flush())).toBe('device-failed')
    expect(await image.findings()).toEqual([])
  })

  it('for want of space is tried again', async () => {
    const faults = new Faults()
    const image = new MemoryImage(builder(), { wrap: (file) => new FaultFile(file, faults) })
    await image.writer.write(filled(K, 9), 0)
    faults.add({ operation: 'write', tag: 'l2-table', nth: 0, fault: 'ENOSPC' })
    expect(await reasonOf(image.writer.flush())).toBe('no-space')
    await image.writer.write(filled(K, 8), 8 * K)
    await expectCleanAfterFlush(image)
    expect([await image.valueAt(0, K), await image.valueAt(8 * K, K)]).toEqual([9, 8])
  })
})

describe('what is refused before anything is changed', () => {
  const unchanged = async (made: Qcow2Builder, work: (image: MemoryImage) => Promise<unknown>) => {
    const lines: string[] = []
    const image = new MemoryImage(made, { wrap: (file) => new TraceFile(file, lines) })
    const reason = await reasonOf(work(image))
    expect(lines).toEqual([])
    return reason
  }

  it('ranges outside the disk', async () => {
    const size = 64 * K
    for (const at of [size, size - 1, -1, 2 ** 52]) {
      const two = filled(2, 9)
      expect(await unchanged(builder(), ({ writer }) => writer.write(two, at))).toBe('out-of-range')
      expect(await unchanged(builder(), ({ writer }) => writer.discard(at, 2))).toBe('out-of-range')
      expect(await unchanged(builder(), ({ writer }) => writer.read(two, at))).toBe('out-of-range')
    }
  })

  it('content of encrypted images', async () => {
    const encrypted = () => builder().header('cryptMethod', 1)
    const four = filled(4 * K, 9)
    for (const work of [
      ({ writer }: MemoryImage) => writer.write(four, 0),
      ({ writer }: MemoryImage) => writer.writeZeroes(0, 512),
      ({ writer }: MemoryImage) => writer.discard(0, 4 * K),
      ({ writer }: MemoryImage) => writer.writeCompressed(four, 0),
      ({ writer }: MemoryImage) => writer.read(four, 0),
    ]) {
      expect(await unchanged(encrypted(), work)).toBe('encrypted')
    }
  })

  it('clusters whose entries contradict themselves', async () => {
    const entries = [
      builder()
        .data(0)
        .l2Entry(0, (entry) => entry + 512n),
      builder({ version: 2 })
        .data(0)
        .l2Entry(0, (entry) => entry | 1n),
      new Qcow2Builder({ clusterBits: 14, extendedL2: true })
        .data(0)
        .l2Bitmap(0, (bits) => bits | (1n << 32n)),
      new Qcow2Builder({ clusterBits: 14, extendedL2: true }).data(0).l2Entry(0, () => 0n),
    ]
    for (const made of entries) {
      const reason = await unchanged(made, ({ writer }) => writer.write(filled(K, 9), 0))
      expect(reason).toBe('structure-damaged')
    }
  })

  it('guest data where the tables are: the image is marked, and nothing writes to it', async () => {
    const made = builder().data(0, 1)
    const l1 = made.l1Cluster * 4 * K
    const image = new MemoryImage(made.l2Entry(0, () => (1n << 63n) | BigInt(l1)))
    expect(await reasonOf(image.writer.write(filled(K, 9), 0))).toBe('overlap-refused')
    expect(await reasonOf(image.writer.write(filled(K, 9), 8 * K))).toBe('overlap-refused')
    const byte = new Uint8Array(1)
    image.file.readNow(byte, 79)
    expect(byte[0]).toBe(2)
  })
})
