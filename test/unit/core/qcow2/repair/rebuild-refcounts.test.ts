import { describe, expect, it } from 'vitest'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { checkQcow2 } from '../../../../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../../../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../../../../core/qcow2/check/subject-of.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { rebuildRefcounts } from '../../../../../core/qcow2/repair/rebuild-refcounts.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'

const fileOf = (image: Qcow2Builder) => new MemoryFile(image.bytes)

async function findings(file: MemoryFile) {
  const log = new FindingLog(100)
  await checkQcow2(checkSubjectOf(file, readHeaderArea(file, 'check')), log)
  return log.kept().findings
}

function zeroRefcounts(image: Qcow2Builder): Qcow2Builder {
  const clusters = image.fileLength / image.clusterSize
  for (let cluster = 0; cluster < clusters; cluster++) image.setRefcount(cluster, 0n)
  return image
}

function contentOf(file: MemoryFile): Buffer {
  const bytes = Buffer.alloc(file.size())
  file.readNow(bytes, 0)
  return bytes
}

/** Why the image is refused; nothing may have been changed. */
async function refusal(file: MemoryFile): Promise<ImageError> {
  const before = contentOf(file)
  const error = await rebuildRefcounts(file, readHeaderArea(file, 'check')).catch(
    (thrown: unknown) => thrown,
  )
  expect(contentOf(file).equals(before)).toBe(true)
  if (!(error instanceof ImageError)) throw new Error('the image should have been refused')
  return error
}

const kinds: readonly (readonly [string, BuilderOptions])[] = [
  ['clusters of 512 bytes', { clusterBits: 9, virtualSize: 100 * 512 }],
  ['clusters of 64 KiB', { clusterBits: 16 }],
  ['version 2', { version: 2 }],
  ['refcounts of one bit', { refcountOrder: 0 }],
  ['refcounts of 8 bits', { refcountOrder: 3 }],
  ['refcounts of 64 bits', { refcountOrder: 6 }],
  ['extended L2 entries', { extendedL2: true, clusterBits: 14 }],
  ['an external data file', { dataFile: 'guest.data' }],
]

describe('rebuilding refcounts', () => {
  it.each(kinds)('makes an image with %s clean that has none', async (_, options) => {
    const image = new Qcow2Builder(options).data(0).data(3)
    if (options.dataFile === undefined) image.compressed(5)
    const file = fileOf(zeroRefcounts(image))
    expect(await findings(file)).not.toEqual([])
    await rebuildRefcounts(file, readHeaderArea(file))
    expect(await findings(file)).toEqual([])
  })

  it('counts what snapshots and bitmaps hold, and clears the flag of what is shared', async () => {
    const image = new Qcow2Builder({ lazyRefcounts: true, dirty: true }).data(0).zeroAllocated(1)
    image.snapshot({ id: '1', name: 'one' }).snapshot({ id: '2', name: 'two' })
    image.bitmap({ name: 'daily' })
    zeroRefcounts(image).l2Entry(0, (entry) => entry | (1n << 63n))
    const file = fileOf(image)
    const area = await rebuildRefcounts(file, readHeaderArea(file))
    expect(area.header.incompatibleFeatures.low).toBe(0)
    expect(await findings(file)).toEqual([])
  })

  it('frees leaked clusters and lets no table overwrite what the old structure uses', async () => {
    const image = new Qcow2Builder().leak(3).data(0)
    const file = fileOf(image)
    const old = image.bytes.subarray(image.clusterSize, 4 * image.clusterSize)
    await rebuildRefcounts(file, readHeaderArea(file))
    expect(await findings(file)).toEqual([])
    expect(contentOf(file).subarray(image.clusterSize, 4 * image.clusterSize)).toEqual(old)
  })

  it('keeps tables whose flags are right where they are', async () => {
    const image = zeroRefcounts(new Qcow2Builder().data(0).data(1))
    const file = fileOf(image)
    const area = await rebuildRefcounts(file, readHeaderArea(file))
    expect(area.header.l1TableOffset).toBe(image.l1Cluster * image.clusterSize)
  })

  it('refuses damaged tables, and changes nothing', async () => {
    const damaged = new Qcow2Builder({ dirty: true })
      .data(0)
      .l2Entry(0, () => (1n << 63n) | 0x1200n)
    const error = await refusal(fileOf(damaged))
    expect(error.reason).toBe('repair-first')
    expect(error.explanation.detail).toContain('multiple of the cluster size')
  })

  it('refuses references past the end of the file', async () => {
    const cut = new Qcow2Builder().data(0).l2Entry(0, () => (1n << 63n) | 0x10_0000n)
    expect((await refusal(fileOf(cut))).reason).toBe('repair-first')
  })

  it('refuses a snapshot table that cannot be read to its end', async () => {
    const image = new Qcow2Builder().data(0).snapshot({ id: '1', name: 'one' })
    const file = fileOf(image.header('snapshotCount', 3))
    file.put(Uint8Array.of(0xff), image.snapshotTableOffset + 64 + 36)
    expect((await refusal(file)).reason).toBe('repair-impossible')
  })

  it('refuses counts that the refcounts are too narrow for', async () => {
    const image = new Qcow2Builder({ refcountOrder: 0 }).data(0).data(1)
    const shared = image.l2Entry(1, () => BigInt(image.hostClusterOf(0) * image.clusterSize))
    expect((await refusal(fileOf(shared))).reason).toBe('refcount-overflow')
  })
})
