import { describe, expect, it } from 'vitest'
import type { RepairMode } from '../../../../../core/operations/repair-plan.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import {
  dataLossSteps,
  type DataLossStep,
} from '../../../../../core/qcow2/repair/data-loss-steps.ts'
import { planChanges, type PlannedChanges } from '../../../../../core/qcow2/repair/plan-changes.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { copied, Qcow2Builder, zeroFlag } from '../../../../helpers/qcow2-builder.ts'

const plan = (
  image: Qcow2Builder,
  { mode = 'all', consent = [] }: { mode?: RepairMode; consent?: readonly DataLossStep[] } = {},
): Promise<PlannedChanges> => planChanges(new MemoryFile(image.bytes), { mode, consent })

/** Names of the steps, with a question mark behind those that are only offered. */
const steps = ({ steps: all }: PlannedChanges): string[] =>
  all.map(({ name, included }) => (included ? name : `${name}?`))

const tags = ({ epochs }: PlannedChanges): string[][] =>
  epochs.map((writes) => [...new Set(writes.map(({ tag }) => tag))])

const pastEnd = (image: Qcow2Builder) => BigInt(image.fileLength + 16 * image.clusterSize)

describe('refcounts', () => {
  it('that are too high are lowered in place, a sector at a time', async () => {
    const image = new Qcow2Builder().data(0).leak(4)
    const changes = await plan(image, { mode: 'leaks' })
    expect(changes.after.verdict).toBe('clean')
    expect(tags(changes)).toEqual([['refcount-block']])
    expect(changes.epochs.flat().map(({ bytes }) => bytes.length)).toEqual([512])
    expect(changes.replaced).toEqual([])
  })

  it('whose flags would have to follow are exchanged as a whole', async () => {
    const image = new Qcow2Builder().data(0)
    image.setRefcount(image.hostClusterOf(0), 2n).l2Entry(0, (entry) => entry & ~copied)
    const changes = await plan(image, { mode: 'leaks' })
    expect(changes.after.verdict).toBe('clean')
    expect(tags(changes).at(-1)).toEqual(['header'])
  })

  it('that are too low are raised, whatever else the cluster is used for', async () => {
    const image = new Qcow2Builder().data(0).data(1)
    image.l2Entry(1, () => copied | BigInt(image.hostClusterOf(0) * image.clusterSize))
    const changes = await plan(image)
    expect(changes.after.verdict).toBe('clean')
    expect(steps(changes)).toEqual(['refcounts', 'copied-flags'])
  })

  it('are not touched in mode leaks when something else is wrong with the blocks', async () => {
    const image = new Qcow2Builder().data(0).leak()
    image.refcountTableEntry(1, () => 0x200n)
    expect((await plan(image, { mode: 'leaks' })).epochs).toEqual([])
    expect((await plan(image)).after.verdict).toBe('clean')
  })

  it('that the width cannot hold stay, and what can be mended is', async () => {
    const image = new Qcow2Builder({ refcountOrder: 0 }).data(0).data(1).leak(2)
    image.l2Entry(1, () => copied | BigInt(image.hostClusterOf(0) * image.clusterSize))
    const changes = await plan(image)
    expect(changes.after).toMatchObject({ corruptions: 1, leaks: 0 })
    expect(changes.after.groups.map(({ rule }) => rule)).toEqual(['refcount-overflow'])
  })

  it('are not lowered in place where a block may be guest data, too', async () => {
    // With one bit a cluster that two things use looks like any other.
    const image = new Qcow2Builder({ refcountOrder: 0 }).data(0).leak(2)
    image.refcountTableEntry(0, () => BigInt(image.hostClusterOf(0) * image.clusterSize))
    expect((await plan(image, { mode: 'leaks' })).epochs).toEqual([])
  })

  it('of an image without a refcount table are made', async () => {
    const image = new Qcow2Builder().data(0).compressed(1).snapshot({ id: '1', name: 'one' })
    const changes = await plan(image.header('refcountTableClusters', 0))
    expect(changes.after.verdict).toBe('clean')
  })
})

describe('new tables', () => {
  it('keep off clusters that are leaked: they may hold what a damaged entry lost', async () => {
    const image = new Qcow2Builder().data(0).data(1)
    const lost = image.hostClusterOf(0) * image.clusterSize
    image.l2Entry(0, () => copied | 0x200n)
    const changes = await plan(image, { consent: dataLossSteps })
    const written = changes.epochs.flat().map(({ at }) => at)
    expect(changes.after.verdict).toBe('clean')
    expect(written).not.toContain(lost)
  })

  it('keep off the places that entries past the end of the file refer to', async () => {
    const image = new Qcow2Builder().data(0).data(1).data(2)
    const end = image.fileLength
    image.l2Entry(0, () => copied | BigInt(end))
    image.setRefcount(image.hostClusterOf(1), 0n)
    const changes = await plan(image)
    const bytes = new Uint8Array(image.clusterSize)
    changes.file.readNow(bytes, end, 'data')
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    expect(changes.epochs.flat().every(({ at }) => at !== end)).toBe(true)
    expect(steps(changes)).toContain('grown-over')
  })

  it('take nothing from a cluster that is a table and data at once', async () => {
    const image = new Qcow2Builder().data(0).data(1)
    // Guest cluster 1 is stored where the L2 table is, and the table has something to mend.
    const table = image.l2ClusterOf(0) * image.clusterSize
    image.l2Entry(1, () => copied | BigInt(table)).l2Entry(0, (entry) => entry | 2n)
    const file = new MemoryFile(image.bytes)
    const changes = await planChanges(file, { mode: 'all', consent: [] })
    expect(changes.after.verdict).toBe('clean')
    const [before, after] = [file, changes.file].map((read) => {
      const bytes = new Uint8Array(image.clusterSize)
      read.readNow(bytes, table, 'data')
      return Buffer.from(bytes)
    })
    expect(after).toEqual(before)
  })
})

describe('entries', () => {
  it('lose bits that have no meaning, and keep what they refer to', async () => {
    const image = new Qcow2Builder().data(0)
    image.l2Entry(0, (entry) => entry | 2n).l1Entry(0, (entry) => entry | 4n)
    const changes = await plan(image)
    expect(changes.after.verdict).toBe('clean')
    expect(steps(changes)).toContain('reserved-bits')
  })

  it('give up space for zeroes that no cluster is', async () => {
    const image = new Qcow2Builder().data(0).zeroAllocated(1).zeroAllocated(2)
    image.l2Entry(1, () => copied | zeroFlag | 0x1200n)
    image.l2Entry(2, () => copied | zeroFlag | pastEnd(image))
    const changes = await plan(image)
    expect(changes.after.verdict).toBe('clean')
    expect(steps(changes)).toContain('preallocated-zero')
  })

  const losses: readonly (readonly [
    DataLossStep,
    string,
    (image: Qcow2Builder) => Qcow2Builder,
  ])[] = [
    [
      'unmap-past-end',
      'data past the end of the file',
      (image) => image.l2Entry(0, () => copied | pastEnd(image)),
    ],
    [
      'unmap-past-end',
      'an L2 table past the end of the file',
      (image) => image.l1Entry(0, () => copied | pastEnd(image)),
    ],
    [
      'unmap-unaligned',
      'data between clusters',
      (image) => image.l2Entry(0, () => copied | 0x1200n),
    ],
    [
      'unmap-unaligned',
      'an L2 table between clusters',
      (image) => image.l1Entry(0, () => copied | 0x200n),
    ],
  ]
  it.each(losses)('are unmapped (%s) for %s only when somebody agreed', async (step, _, damage) => {
    const image = damage(new Qcow2Builder().data(0).data(1))
    const offered = await plan(image)
    expect(offered.after.verdict).toBe('corrupt')
    expect(steps(offered)).toContain(`${step}?`)
    const agreed = await plan(image, { consent: [step] })
    expect(agreed.after.verdict).toBe('clean')
    const { lost } = agreed.steps.find(({ name }) => name === step) ?? { lost: [] }
    expect(lost.map(({ start }) => start)).toEqual([0])
  })

  it('that contradict themselves lose the subclusters that do, and no other', async () => {
    const image = new Qcow2Builder({ extendedL2: true, clusterBits: 14 }).data(0)
    // Subclusters 4 to 7 are stored and zero at once.
    image.l2Bitmap(0, () => 0x0000_00f0_ffff_ffffn)
    const changes = await plan(image, { consent: ['unmap-contradicting'] })
    expect(changes.after.verdict).toBe('clean')
    expect(changes.steps.find(({ name }) => name === 'unmap-contradicting')?.lost).toEqual([
      { start: 4 * 512, length: 4 * 512, snapshot: undefined },
    ])
  })

  it('that are compressed lose bits of subclusters they do not have, and keep their data', async () => {
    const image = new Qcow2Builder({ extendedL2: true, clusterBits: 14 }).compressed(0)
    const changes = await plan(image.l2Bitmap(0, () => 0xf0_0000_000fn))
    expect(changes.after.verdict).toBe('clean')
    expect(steps(changes)).toContain('reserved-bits')
    expect(changes.after.groups).toEqual([])
    expect(readHeaderArea(changes.file).header.l1TableOffset).toBeGreaterThan(0)
  })

  it('of a version 2 image are unmapped without the zero flag, which it does not have', async () => {
    const image = new Qcow2Builder({ version: 2 }).data(0).data(1)
    image.l2Entry(0, () => copied | 0x1200n)
    const changes = await plan(image, { consent: dataLossSteps })
    expect(changes.after).toMatchObject({ verdict: 'clean', warnings: 0 })
  })

  it('of snapshots are mended with theirs, and name the snapshot', async () => {
    const image = new Qcow2Builder().data(0).snapshot({ id: '1', name: 'before' })
    // The active state has nothing any more; only the snapshot's table refers to the data.
    image.l1Entry(0, () => 0n)
    image.l2Entry(0, () => pastEnd(image))
    const changes = await plan(image, { consent: ['unmap-past-end'] })
    expect(changes.after.verdict).toBe('clean')
    const [lost] = changes.steps.flatMap((step) => step.lost)
    expect(lost?.snapshot).toBe('before')
  })
})

describe('snapshots', () => {
  const twoSnapshots = () =>
    new Qcow2Builder().data(0).snapshot({ id: '1', name: 'one' }).snapshot({ id: '2', name: 'two' })

  it('that cannot be used are dropped with consent; the others stay', async () => {
    const image = twoSnapshots().build()
    image.word(image.snapshotTableOffset, () => 0x200n)
    const offered = await plan(image)
    expect(steps(offered)).toContain('drop-broken-snapshots?')
    expect(readHeaderArea(offered.file).header.snapshotCount).toBe(2)
    const agreed = await plan(image, { consent: ['drop-broken-snapshots'] })
    expect(agreed.after.verdict).toBe('clean')
    expect(readHeaderArea(agreed.file).header.snapshotCount).toBe(1)
  })

  it('that a table promises and does not have are dropped with consent', async () => {
    const image = twoSnapshots().header('snapshotCount', 70_000)
    expect((await plan(image)).epochs).toEqual([])
    const agreed = await plan(image, { consent: ['drop-broken-snapshots'] })
    expect(agreed.after.complete).toBe(true)
  })

  it('get the fields that version 3 asks for', async () => {
    const image = new Qcow2Builder().data(0).snapshot({ id: '1', name: 'old', extraBytes: 0 })
    const changes = await plan(image)
    expect(changes.after.verdict).toBe('clean')
    expect(steps(changes)).toContain('snapshot-entries')
  })
})

describe('bitmaps', () => {
  it('with a damaged directory are given up with consent', async () => {
    const image = new Qcow2Builder().data(0).bitmap({ name: 'daily' }).build()
    image.put(image.bitmapDirectoryOffset + 17, Uint8Array.of(99))
    expect(steps(await plan(image))).toContain('drop-bitmaps?')
    const agreed = await plan(image, { consent: ['drop-bitmaps'] })
    expect(agreed.after.verdict).toBe('clean')
  })

  it('are marked when a guest reads other bytes afterwards', async () => {
    const image = new Qcow2Builder().data(0).bitmap({ name: 'daily' })
    image.l2Entry(0, () => copied | 0x1200n)
    const changes = await plan(image, { consent: dataLossSteps })
    const flags = new Uint8Array(4)
    changes.file.readNow(flags, image.bitmapDirectoryOffset + 12, 'bitmap')
    expect([...flags]).toEqual([0, 0, 0, 3])
  })
})

describe('a bitmap directory that is guest data, too', () => {
  const overlapping = () => {
    const image = new Qcow2Builder().data(0).data(1).bitmap({ name: 'daily' }).build()
    image.l2Entry(0, () => copied | 0x1200n)
    return image.l2Entry(1, () => copied | BigInt(image.bitmapDirectoryOffset))
  }

  it('is not marked in its place: the bitmaps go, or the repair waits', async () => {
    const waiting = await plan(overlapping(), { consent: ['unmap-unaligned'] })
    expect(waiting.epochs).toEqual([])
    expect(steps(waiting)).toContain('drop-bitmaps?')
    const image = overlapping()
    const agreed = await plan(image, { consent: dataLossSteps })
    expect(agreed.after.verdict).toBe('clean')
    const directory = new Uint8Array(image.clusterSize)
    agreed.file.readNow(directory, image.bitmapDirectoryOffset, 'bitmap')
    const stored = image.bytes.subarray(image.bitmapDirectoryOffset).subarray(0, directory.length)
    expect(Buffer.from(directory)).toEqual(stored)
  })
})

describe('the marks of the header', () => {
  it('go when nothing is wrong any more, and only then', async () => {
    const marked = () => new Qcow2Builder({ dirty: true, lazyRefcounts: true }).data(0).data(1)
    const bits = (image: Qcow2Builder) => image.header('incompatibleFeatures', 3)
    const clean = await plan(bits(marked()))
    expect(clean.after).toMatchObject({ verdict: 'clean', warnings: 0 })
    const damaged = await plan(bits(marked().l2Entry(0, () => copied | 0x1200n)))
    expect(readHeaderArea(damaged.file).header.incompatibleFeatures.low).toBe(3)
  })

  it('say nothing of bitmaps that are not there', async () => {
    const changes = await plan(new Qcow2Builder().data(0).header('autoclearFeatures', 1))
    expect(changes.after.warnings).toBe(0)
  })
})

it.each(['all', 'leaks'] as const)(
  'touches nothing of an image whose L1 table is cut off (mode %s)',
  async (mode) => {
    const image = new Qcow2Builder().data(0).data(1)
    image.header('l1TableOffset', image.fileLength + image.clusterSize)
    const changes = await plan(image, { mode, consent: dataLossSteps })
    expect(changes.before.leaks).toBeGreaterThan(0)
    expect(changes.epochs).toEqual([])
  },
)

it('leaves an image alone that nothing is wrong with', async () => {
  const changes = await plan(new Qcow2Builder().data(0).bitmap({ name: 'daily' }))
  expect(changes.epochs).toEqual([])
  expect(changes.steps).toEqual([])
})

it('gives up on tables that cannot be followed, and says what is left', async () => {
  const image = new Qcow2Builder().data(0).bitmap({ name: 'daily' }).leak().build()
  image.put(image.bitmapDirectoryOffset + 17, Uint8Array.of(99))
  const changes = await plan(image)
  expect(changes.epochs).toEqual([])
  expect(changes.after.groups.map(({ rule }) => rule)).toContain('bitmap-directory-invalid')
})
