import { describe, expect, it } from 'vitest'
import { checkQcow2 } from '../../../../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../../../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../../../../core/qcow2/check/subject-of.ts'
import { COPIED_HIGH } from '../../../../../core/qcow2/format/l1-entry.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { EditableTables } from '../../../../../core/qcow2/tables/editable-tables.ts'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { hostOffset } from '../../../../../core/units.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults } from '../../../../storage/fault-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const open = (builder: Qcow2Builder) => {
  const file = new MemoryFile(builder.bytes)
  return { file, tables: EditableTables.open(file, readHeaderArea(file)) }
}

const small = (options: BuilderOptions = {}) =>
  open(new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 20, ...options }))

async function findings(file: MemoryFile): Promise<readonly string[]> {
  const log = new FindingLog(10)
  await checkQcow2(checkSubjectOf(file, readHeaderArea(file), undefined), log)
  return log.kept().findings.map(({ kind, rule }) => `${kind} ${rule}`)
}

/** Maps guest clusters from `first` to clusters of their own, as a write would. */
async function allocate(tables: EditableTables, first: number, count: number): Promise<void> {
  const { clusterSize } = tables.geometry
  for (let done = 0; done < count;) {
    const run = tables.reserve(count - done)
    await tables.writeData(new Uint8Array(run.clusters * clusterSize), run.offset, 'data')
    for (let index = 0; index < run.clusters; index++) {
      const host = run.offset + index * clusterSize
      const high = COPIED_HIGH + Math.floor(host / 2 ** 32)
      const cluster = first + done + index
      tables.setEntry(cluster, { high, low: host % 2 ** 32, alloc: 0, zeroes: 0 })
    }
    done += run.clusters
  }
}

const nothing = { high: 0, low: 0, alloc: 0, zeroes: 0 }

function unmap(tables: EditableTables, cluster: number): void {
  const entry = { ...nothing }
  tables.entry(cluster, entry)
  tables.setEntry(cluster, nothing)
  const offset = (entry.high % 2 ** 24) * 2 ** 32 + entry.low
  tables.unreference({ offset: hostOffset(offset), clusters: 1 })
}

describe('tables that are being changed', () => {
  it('are in the file after a commit and not before', async () => {
    const { file, tables } = small()
    const before = Buffer.from(new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 20 }).bytes)
    await allocate(tables, 0, 3)
    const untouched = new Uint8Array(before.length)
    file.readNow(untouched, 0)
    expect(Buffer.from(untouched).equals(before)).toBe(true)
    await tables.commit()
    const entry = { ...nothing }
    EditableTables.open(file, readHeaderArea(file)).entry(2, entry)
    expect(entry.high).toBe(COPIED_HIGH)
    await tables.trimFile()
    expect(await findings(file)).toEqual([])
  })

  it('do not promise zeroes in a cluster that lay past the end of the file and was written to', async () => {
    const { file, tables } = small()
    await allocate(tables, 0, 1)
    await allocate(tables, 1, 2)
    await tables.commit()
    const length = file.size()
    file.truncate(length - 512)
    const again = EditableTables.open(file, readHeaderArea(file))
    await again.writeData(new Uint8Array(512).fill(1), hostOffset(length - 512), 'data')
    unmap(again, 2)
    await again.commit()
    expect(again.reserve(1)).toEqual({ offset: length - 512, clusters: 1, reads: 'anything' })
  })

  it('write entries behind what they refer to also in tables that a failed commit may have linked', async () => {
    const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 22, refcountOrder: 6 })
    const faults = new Faults()
    const traced = new TraceFile(new MemoryFile(builder.bytes))
    const file = new FaultFile(traced, faults)
    const tables = EditableTables.open(file, readHeaderArea(file))
    const place = tables.area.header.refcountTableOffset
    const isMoved = () => tables.area.header.refcountTableOffset !== place
    let next = 0
    for (; !isMoved(); next += 256) await allocate(tables, next, 256)
    faults.add({ operation: 'write', tag: 'l1-table', nth: 0, fault: 'EIO' })
    await expect(tables.commit()).rejects.toThrow(ImageError)
    await allocate(tables, next, 256)
    traced.lines.length = 0
    await tables.commit()
    const first = traced.lines.slice(0, traced.lines.indexOf('flush'))
    const written = new Set(first.map((line) => line.split(' ')[1]))
    expect(written).toEqual(new Set(['refcount-block', 'l2-table']))
    expect(first.filter((line) => line.includes('l2-table'))).toHaveLength(4)
  })

  it.each([
    { order: 0, clusters: 300_000 },
    { order: 1, clusters: 150_000 },
    { order: 2, clusters: 80_000 },
    { order: 3, clusters: 40_000 },
    { order: 4, clusters: 20_000 },
    { order: 5, clusters: 10_000 },
    { order: 6, clusters: 10_000 },
  ])(
    'grow refcount blocks and the refcount table (refcounts of 2^$order bits)',
    async ({ order: refcountOrder, clusters }) => {
      const { file, tables } = small({ refcountOrder, virtualSize: clusters * 512 })
      const moved = tables.area.header.refcountTableOffset
      await allocate(tables, 0, clusters)
      await tables.commit()
      await tables.commit()
      expect(await findings(file)).toEqual([])
      expect(readHeaderArea(file).header.refcountTableOffset).not.toBe(moved)
    },
  )

  it('keep a freed cluster until the commit that makes it free, then give it out again', async () => {
    const { file, tables } = small()
    await allocate(tables, 0, 4)
    await tables.commit()
    const entry = { ...nothing }
    tables.entry(1, entry)
    unmap(tables, 1)
    expect(tables.reserve(1).offset).not.toBe(entry.low)
    await tables.commit()
    expect(tables.takeFreed()).toEqual([{ offset: entry.low, clusters: 1 }])
    const again = tables.reserve(1)
    expect(again).toMatchObject({ offset: entry.low, reads: 'anything' })
    tables.unreserve(again)
    await tables.trimFile()
    // The cluster that was only reserved was never written: the file ends before it.
    expect(await findings(file)).toEqual(['warning refcounts-past-end'])
  })

  it('give an L1 table of many clusters a new place', async () => {
    const { file, tables } = small()
    await allocate(tables, 0, 10)
    const { l1TableOffset } = tables.area.header
    tables.resizeL1(20_000)
    tables.setHeader({ size: 20_000 * tables.geometry.l2Coverage })
    await tables.commit()
    await tables.commit()
    const { header } = readHeaderArea(file)
    expect(header.l1Size).toBe(20_000)
    expect(header.l1TableOffset).not.toBe(l1TableOffset)
    await allocate(tables, 19_999 * 64, 5)
    await tables.commit()
    await tables.commit()
    expect(await findings(file)).toEqual([])
  })

  it('leave a snapshot its L2 table and copy it for the active state', async () => {
    const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 20 })
    const { file, tables } = open(builder.data(0).data(1).snapshot({ id: '1', name: 'before' }))
    const shared = tables.l1.l2OffsetAt(0)
    await allocate(tables, 5, 1)
    expect(tables.l1.l2OffsetAt(0)).not.toBe(shared)
    await tables.commit()
    await tables.commit()
    expect(tables.refcount(shared / 512)).toBe(1)
    expect(await findings(file)).toEqual([])
  })

  it('pack compressed data behind earlier data, and never in a cluster that became free', async () => {
    const { tables } = small()
    const first = tables.reservePacked(100)
    const second = tables.reservePacked(300)
    expect(second).toBe(first + 100)
    expect(tables.reservePacked(200) - first).toBeGreaterThanOrEqual(512)
    expect(tables.refcount(Math.floor(first / 512))).toBe(2)
    tables.unreservePacked(first, 100)
    tables.unreservePacked(second, 300)
    expect(tables.refcount(Math.floor(first / 512))).toBe(0)
  })

  it('cut the file after the last cluster in use', async () => {
    const { file, tables } = small()
    await allocate(tables, 0, 1)
    await allocate(tables, 1, 59)
    await tables.commit()
    const longest = file.size()
    for (let cluster = 30; cluster < 60; cluster++) unmap(tables, cluster)
    const length = await tables.trimFile()
    expect(length).toBeLessThan(longest)
    expect(file.size()).toBe(length)
    expect(await findings(file)).toEqual([])
  })
})

describe('the overlap guard', () => {
  it.each([
    { what: 'an L1 table of 32 GiB', at: 8, bytes: [0xff, 0xff, 0xff, 0xff] },
    { what: 'an L1 table at 2^64', at: 0, bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf8, 0] },
  ])('does not unfold $what, which a snapshot claims to have', async ({ at, bytes }) => {
    const builder = new Qcow2Builder({ clusterBits: 9 }).data(0).snapshot({ id: '1', name: 'one' })
    builder.bytes.set(bytes, builder.snapshotTableOffset + at)
    const { tables } = open(builder)
    await expect(tables.commit()).resolves.toBeUndefined()
  })

  it('refuses guest data where the L1 table of a snapshot is', async () => {
    const builder = new Qcow2Builder({ clusterBits: 9 }).data(0).snapshot({ id: '1', name: 'one' })
    const { tables } = open(builder)
    const at = Number(builder.bytes.readBigUInt64BE(builder.snapshotTableOffset))
    const attempt = tables.writeData(new Uint8Array(256), hostOffset(at + 256), 'data')
    await expect(attempt).rejects.toMatchObject({
      context: { structure: 'snapshot L1 table', offset: at },
    })
  })

  it('refuses to give out a cluster that holds metadata, and marks the image corrupt', () => {
    const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 20 }).data(0)
    const sound = open(builder)
    const l2 = sound.tables.l1.l2OffsetAt(0)
    const { file, tables } = open(builder.setRefcount(l2 / 512, 0n))
    expect(() => tables.reserve(100)).toThrow(/contradicts itself/)
    expect(readHeaderArea(file).header.incompatibleFeatures.low & 2).toBe(2)
    expect(() => tables.reserve(1)).toThrow(/contradicts itself/)
  })

  it('refuses guest data where an L2 table is', async () => {
    const { tables } = open(new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 20 }).data(0))
    const l2 = hostOffset(tables.l1.l2OffsetAt(0))
    await expect(tables.writeData(new Uint8Array(512), l2, 'data')).rejects.toMatchObject({
      reason: 'overlap-refused',
      context: { structure: 'L2 table', offset: l2 },
    })
  })
})
