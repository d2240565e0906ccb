import { describe, expect, test } from 'vitest'
import { readBitmaps } from '../../../../../core/qcow2/bitmap-list.ts'
import {
  snapshotExtras,
  type SnapshotEntry,
} from '../../../../../core/qcow2/format/snapshot-table.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import {
  applySnapshot,
  planApplySnapshot,
} from '../../../../../core/qcow2/snapshot/apply-snapshot.ts'
import { createSnapshot } from '../../../../../core/qcow2/snapshot/create-snapshot.ts'
import {
  deleteSnapshot,
  planDeleteSnapshot,
} from '../../../../../core/qcow2/snapshot/delete-snapshot.ts'
import { renameSnapshot } from '../../../../../core/qcow2/snapshot/rename-snapshot.ts'
import type { SnapshotSelector } from '../../../../../core/qcow2/snapshot/snapshot-list.ts'
import { SnapshotMeasure } from '../../../../../core/qcow2/snapshot/snapshot-measure.ts'
import { readSnapshots } from '../../../../../core/qcow2/snapshots.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { findingsOf } from '../../../../helpers/findings.ts'
import { FaultFile, Faults } from '../../../../storage/fault-file.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'

const takenAt = 1_700_000_000_123

function imageWithData(options: BuilderOptions = {}): Qcow2Builder {
  return new Qcow2Builder(options).data(0, 0xaa).data(1, 0xbb).zeroPlain(2).compressed(3)
}

const fileOf = (image: Qcow2Builder) => new MemoryFile(new Uint8Array(image.bytes))

const create = async (file: MemoryFile, name: string) =>
  createSnapshot(file, readHeaderArea(file), { name, takenAt })
const apply = async (file: MemoryFile, snapshot: SnapshotSelector) =>
  applySnapshot(file, readHeaderArea(file), { snapshot })
const remove = async (file: MemoryFile, snapshot: SnapshotSelector) =>
  deleteSnapshot(file, readHeaderArea(file), { snapshot })
const rename = async (file: MemoryFile, snapshot: SnapshotSelector, name: string) =>
  renameSnapshot(file, readHeaderArea(file), { snapshot, name })

const entriesOf = (file: MemoryFile): SnapshotEntry[] =>
  readSnapshots(file, readHeaderArea(file).header)

function copyOf(file: MemoryFile): Uint8Array {
  const bytes = new Uint8Array(file.size())
  file.readNow(bytes, 0)
  return bytes
}

describe('a new snapshot', () => {
  test('says when it was taken, how large the disk was, and that it has no VM state', async () => {
    const file = fileOf(imageWithData({ virtualSize: 16 * 4096 }))
    const { area, entry } = await create(file, 'before the update')
    expect(area).toEqual(readHeaderArea(file))
    expect(entriesOf(file)).toEqual([entry])
    expect(entry).toMatchObject({
      id: '1',
      name: 'before the update',
      dateSeconds: 1_700_000_000,
      dateNanoseconds: 123_000_000,
      l1Size: 1,
    })
    const extras = { vmStateSize: 0, diskSize: 16 * 4096, icount: undefined }
    expect(snapshotExtras(entry)).toEqual(extras)
  })

  test('shares all tables with the present state: unchanged, a second one costs its own L1 only', async () => {
    const file = fileOf(imageWithData())
    await create(file, 'one')
    const before = file.size()
    await create(file, 'two')
    const [one, two] = entriesOf(file)
    expect(one?.l1TableOffset).not.toBe(two?.l1TableOffset)
    expect(file.size() - before).toBeLessThanOrEqual(2 * 4096)
    expect(await findingsOf(file)).toEqual([])
  })

  test('gets the number after the highest id, whatever became of the others', async () => {
    const image = imageWithData()
      .snapshot({ id: '41', name: 'old' })
      .snapshot({ id: 'x7', name: 'odd' })
    const file = fileOf(image)
    expect((await create(file, 'new')).entry.id).toBe('42')
    await remove(file, { name: 'new' })
    expect((await create(file, 'newer')).entry.id).toBe('42')
  })

  test.each([
    ['nothing', ''],
    ['a NUL', 'a\0b'],
    ['half a character', '\ud800'],
    ['65,536 bytes', 'ä'.repeat(32_768)],
  ])('is refused a name of %s', async (_, name) => {
    const file = fileOf(imageWithData())
    const before = copyOf(file)
    await expect(create(file, name)).rejects.toMatchObject({ reason: 'invalid-argument' })
    expect(Buffer.compare(copyOf(file), before)).toBe(0)
  })

  test('takes any other name, and none twice', async () => {
    const file = fileOf(imageWithData())
    const names = ['ä'.repeat(32_767), ' ', '💾 before', '1']
    for (const name of names) await create(file, name)
    expect(entriesOf(file).map(({ name }) => name)).toEqual(names)
    await expect(create(file, '💾 before')).rejects.toMatchObject({ reason: 'snapshot-exists' })
    expect(await findingsOf(file)).toEqual([])
  })

  test('is refused a date that the entry cannot hold', async () => {
    const file = fileOf(imageWithData())
    for (const date of [-1, 2 ** 32 * 1000, Number.NaN]) {
      const created = createSnapshot(file, readHeaderArea(file), { name: 'x', takenAt: date })
      await expect(created).rejects.toMatchObject({ reason: 'invalid-argument' })
    }
  })

  test('is refused when refcounts of one bit would have to count to two', async () => {
    const file = fileOf(imageWithData({ refcountOrder: 0 }))
    const before = copyOf(file)
    await expect(create(file, 'x')).rejects.toMatchObject({
      reason: 'refcount-overflow',
      context: { limit: 1, found: 2 },
    })
    expect(Buffer.compare(copyOf(file), before)).toBe(0)
  })

  test('is refused when guest data lies in another file', async () => {
    const image = new Qcow2Builder({ dataFile: 'disk.data' }).data(0)
    await expect(create(fileOf(image), 'x')).rejects.toMatchObject({
      reason: 'snapshots-with-data-file',
    })
  })

  test('is refused when the refcounts call used clusters free', async () => {
    const image = imageWithData()
    image.setRefcount(image.hostClusterOf(1), 0n)
    const file = fileOf(image)
    await expect(create(file, 'x')).rejects.toMatchObject({
      reason: 'refcounts-contradict',
      context: { offset: image.hostClusterOf(1) * image.clusterSize },
    })
    expect(Buffer.compare(copyOf(file), image.bytes)).toBe(0)
  })

  test('is refused when a table cannot be followed', async () => {
    const image = imageWithData()
    image.l1Entry(0, (entry) => entry + 512n)
    await expect(create(fileOf(image), 'x')).rejects.toMatchObject({ reason: 'structure-damaged' })
  })
})

describe('choosing a snapshot', () => {
  const twins = () =>
    fileOf(imageWithData().snapshot({ id: '1', name: 'twin' }).snapshot({ id: '2', name: 'twin' }))

  test('by a name that two have is refused; by id it works', async () => {
    const file = twins()
    const ambiguous = { reason: 'snapshot-ambiguous', context: { found: 2 } }
    await expect(remove(file, { name: 'twin' })).rejects.toMatchObject(ambiguous)
    await remove(file, { id: '2' })
    expect(entriesOf(file).map(({ id }) => id)).toEqual(['1'])
    expect(await findingsOf(file)).toEqual([])
  })

  test('that is not there is refused by every operation', async () => {
    const file = twins()
    const missing = { reason: 'snapshot-missing' }
    await expect(remove(file, { id: '3' })).rejects.toMatchObject(missing)
    await expect(apply(file, { name: 'Twin' })).rejects.toMatchObject(missing)
    await expect(rename(file, { id: '' }, 'x')).rejects.toMatchObject(missing)
  })
})

describe('renaming', () => {
  test('changes the name alone and keeps what we do not know', async () => {
    const image = imageWithData().snapshot({ id: '9', name: 'old', extraBytes: 40 })
    const file = fileOf(image)
    const [before] = entriesOf(file)
    await rename(file, { id: '9' }, 'a much longer name than before')
    const [after] = entriesOf(file)
    expect(after).toEqual({
      ...before,
      name: 'a much longer name than before',
      rawName: new Uint8Array(Buffer.from('a much longer name than before')),
    })
    expect(await findingsOf(file)).toEqual([])
  })

  test('to the name of another is refused', async () => {
    const file = fileOf(imageWithData())
    await create(file, 'one')
    await create(file, 'two')
    await expect(rename(file, { name: 'two' }, 'one')).rejects.toMatchObject({
      reason: 'snapshot-exists',
    })
  })
})

describe('what a plan says', () => {
  test('of applying is what applying then lets go of', async () => {
    const image = imageWithData()
    const file = fileOf(image)
    await create(file, 'empty hands')
    const area = readHeaderArea(file)
    const snapshot = { name: 'empty hands' }
    // Present and snapshot are the same: nothing is lost.
    expect(await planApplySnapshot(file, area, { snapshot })).toMatchObject({
      freed: { data: 0, tables: 0 },
      size: image.virtualSize,
      bitmapsLost: [],
    })
    await apply(file, snapshot)
    expect(await findingsOf(file)).toEqual([])
  })

  test('of deleting is what the list calls exclusive', async () => {
    const file = fileOf(imageWithData())
    await create(file, 'only')
    const area = readHeaderArea(file)
    const [entry] = readSnapshots(file, area.header)
    if (entry === undefined) throw new Error('no snapshot')
    const { freed } = await planDeleteSnapshot(file, area, { snapshot: { id: '1' } })
    const measured = await new SnapshotMeasure(file, area).measure(entry, {})
    expect(freed).toEqual({ data: 0, tables: 1 })
    expect(measured).toEqual({ exclusiveBytes: 4096, sharedBytes: 4 * 4096 })
  })

  test('is nothing where the refcounts are not to be believed', async () => {
    const image = imageWithData().snapshot({ id: '1', name: 'x' })
    image.header('incompatibleFeatures', 1n)
    const file = fileOf(image)
    const area = readHeaderArea(file)
    const snapshot = { id: '1' }
    expect((await planApplySnapshot(file, area, { snapshot })).freed).toBeUndefined()
    expect((await planDeleteSnapshot(file, area, { snapshot })).freed).toBeUndefined()
  })
})

describe('measuring damaged tables', () => {
  test('thousands of snapshots that name one table thousands of times are measured once', async () => {
    const image = imageWithData({ clusterBits: 16, virtualSize: 2 ** 42 })
    image.snapshot({ id: '1', name: 'x' }).build()
    const file = fileOf(image)
    const area = readHeaderArea(file)
    const [entry] = readSnapshots(file, area.header)
    if (entry === undefined) throw new Error('no snapshot')
    const l1 = new BigUint64Array(entry.l1Size)
    l1.fill(BigInt(image.l2ClusterOf(0) * image.clusterSize))
    file.put(Buffer.from(l1.buffer).swap64(), entry.l1TableOffset)
    const measure = new SnapshotMeasure(file, area)
    const spaces = []
    for (let twin = 0; twin < 5000; twin++) spaces.push(await measure.measure(entry, {}))
    expect(new Set(spaces).size).toBe(1)
  })
})

describe('bitmaps', () => {
  const withBitmaps = () =>
    fileOf(imageWithData().bitmap({ name: 'daily' }).bitmap({ name: 'broken', inUse: true }))

  test('stay as they are when a snapshot is made or deleted', async () => {
    const file = withBitmaps()
    await create(file, 'x')
    await remove(file, { name: 'x' })
    const flags = readBitmaps(file, readHeaderArea(file)).map((bitmap) => bitmap.flags)
    expect(flags).toEqual([2, 1])
    expect(await findingsOf(file)).toEqual([])
  })

  test('that are recording are marked as in use when a snapshot is applied', async () => {
    const file = withBitmaps()
    await create(file, 'x')
    const snapshot = { name: 'x' }
    const plan = await planApplySnapshot(file, readHeaderArea(file), { snapshot })
    expect(plan.bitmapsLost).toEqual(['daily'])
    await apply(file, snapshot)
    const flags = readBitmaps(file, readHeaderArea(file)).map((bitmap) => bitmap.flags)
    expect(flags).toEqual([3, 1])
  })

  test('are still trusted when the snapshot was not applied after all', async () => {
    const file = withBitmaps()
    await create(file, 'x')
    const faults = new Faults()
    faults.add({ operation: 'write', tag: 'refcount-table', nth: 0, fault: 'ENOSPC' })
    const failing = new FaultFile(file, faults)
    const applied = applySnapshot(failing, readHeaderArea(file), { snapshot: { name: 'x' } })
    await expect(applied).rejects.toMatchObject({ reason: 'no-space' })
    const flags = readBitmaps(file, readHeaderArea(file)).map((bitmap) => bitmap.flags)
    expect(flags).toEqual([2, 1])
  })

  test('with a damaged directory are declared stale when a snapshot is applied', async () => {
    const image = imageWithData().bitmap({ name: 'daily' }).snapshot({ id: '1', name: 'x' })
    image.build().word(image.bitmapDirectoryOffset, () => 1n)
    const file = fileOf(image)
    const { area } = await apply(file, { name: 'x' })
    expect(area.header.autoclearFeatures).toEqual({ high: 0, low: 0 })
  })
})

describe('the state that becomes the present one', () => {
  test('has a disk of the size it had', async () => {
    const file = fileOf(imageWithData({ virtualSize: 3 * 2 ** 20, clusterBits: 9 }))
    await create(file, 'small')
    const [entry] = entriesOf(file)
    expect(entry?.l1Size).toBe(96)
    const { area } = await apply(file, { name: 'small' })
    expect(area.header.size).toBe(3 * 2 ** 20)
    expect(area.header.l1Size).toBe(96)
  })

  test('is refused when no table could map a disk of that size', async () => {
    const image = imageWithData().snapshot({ id: '1', name: 'huge' })
    image.build().word(image.snapshotTableOffset + 48, () => 2n ** 60n)
    const file = fileOf(image)
    await expect(apply(file, { id: '1' })).rejects.toMatchObject({ reason: 'structure-damaged' })
    expect(Buffer.compare(copyOf(file), image.bytes)).toBe(0)
  })
})

describe('keeping the present state while another one is applied', () => {
  const keep = async (file: MemoryFile, snapshot: SnapshotSelector, name: string) =>
    applySnapshot(file, readHeaderArea(file), { snapshot, keepPresentAs: { name, takenAt } })

  test('makes a snapshot of it in the same switch, and loses nothing', async () => {
    const file = fileOf(imageWithData({ refcountOrder: 1 }))
    await create(file, 'then')
    const { kept, freed } = await keep(file, { name: 'then' }, 'now')
    expect(kept).toMatchObject({ id: '2', name: 'now' })
    expect(freed).toEqual({ data: 0, tables: 0 })
    expect(entriesOf(file).map(({ name }) => name)).toEqual(['then', 'now'])
    expect(await findingsOf(file)).toEqual([])
    // Two snapshots and the present state: as far as two bits count, and no further on the way.
    await apply(file, { name: 'now' })
    await remove(file, { name: 'then' })
    await apply(file, { name: 'now' })
    expect(await findingsOf(file)).toEqual([])
  })

  test('is refused as a whole when the name is taken', async () => {
    const file = fileOf(imageWithData())
    await create(file, 'then')
    const before = copyOf(file)
    await expect(keep(file, { name: 'then' }, 'then')).rejects.toMatchObject({
      reason: 'snapshot-exists',
    })
    expect(Buffer.compare(copyOf(file), before)).toBe(0)
  })
})

describe('stopping', () => {
  test('leaves the image as it was', async () => {
    const file = fileOf(imageWithData())
    await create(file, 'kept')
    const length = file.size()
    const signal = AbortSignal.abort()
    const area = readHeaderArea(file)
    const context = { signal, snapshot: { name: 'kept' } }
    const cancelled = { reason: 'cancelled' }
    await expect(
      createSnapshot(file, area, { ...context, name: 'x', takenAt }),
    ).rejects.toMatchObject(cancelled)
    await expect(applySnapshot(file, area, context)).rejects.toMatchObject(cancelled)
    await expect(deleteSnapshot(file, area, context)).rejects.toMatchObject(cancelled)
    await expect(renameSnapshot(file, area, { ...context, name: 'y' })).rejects.toMatchObject(
      cancelled,
    )
    // Free clusters may hold what was on its way; nothing refers to them.
    expect(readHeaderArea(file)).toEqual(area)
    expect(file.size()).toBe(length)
    expect(await findingsOf(file)).toEqual([])
  })
})
