import { describe, expect, it } from 'vitest'
import { codecs } from '../../../../../core/io/codecs.ts'
import { RawImage } from '../../../../../core/image/raw-image.ts'
import type { OperationContext } from '../../../../../core/progress.ts'
import { checkQcow2 } from '../../../../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../../../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../../../../core/qcow2/check/subject-of.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import type { Preallocation } from '../../../../../core/qcow2/preallocation.ts'
import { Qcow2Image } from '../../../../../core/qcow2/qcow2-image.ts'
import { resizeDisk } from '../../../../../core/qcow2/resize/resize-disk.ts'
import { EditableTables } from '../../../../../core/qcow2/tables/editable-tables.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults } from '../../../../storage/fault-file.ts'

interface Bench {
  readonly file: MemoryFile
  readonly faults: Faults
  resize(
    size: number,
    how?: { readonly preallocation?: Preallocation; readonly context?: OperationContext },
  ): Promise<void>
  /** Of the file as it is: what any other program would see. */
  content(): Promise<Buffer>
  findings(): Promise<string[]>
}

/** An image in memory that is opened anew for every step, as by another program. */
function bench(image: Qcow2Builder, base?: Uint8Array): Bench {
  const file = new MemoryFile(image.bytes)
  const faults = new Faults()
  const backing = base === undefined ? undefined : new RawImage(new MemoryFile(base))
  return {
    file,
    faults,
    async resize(size, { preallocation = 'off', context = {} } = {}) {
      const faulty = new FaultFile(file, faults)
      const tables = EditableTables.open(faulty, readHeaderArea(file))
      const disk = { tables, backing, dataFile: undefined, codecs }
      await resizeDisk(disk, { size, preallocation }, context)
    },
    async content() {
      const opened = new Qcow2Image({ file, area: readHeaderArea(file), codecs, backing })
      const bytes = Buffer.alloc(opened.virtualSize)
      await opened.read(bytes, 0)
      return bytes
    },
    async findings() {
      const log = new FindingLog(10)
      await checkQcow2(checkSubjectOf(file, readHeaderArea(file)), log)
      return log.kept().findings.map(({ rule, text }) => `${rule}: ${text}`)
    },
  }
}

const cluster = 4096

function withSize(content: Buffer, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  content.copy(bytes, 0, 0, Math.min(size, content.length))
  return bytes
}

describe('the rest of a cluster that the end of the disk cuts', () => {
  const end = 2 * cluster + 1536
  const images: readonly { readonly name: string; readonly image: Qcow2Builder }[] = [
    { name: 'data', image: new Qcow2Builder({ virtualSize: end }).data(2, 0x77) },
    { name: 'compressed', image: new Qcow2Builder({ virtualSize: end }).compressed(2, 0x77) },
    { name: 'zero-allocated', image: new Qcow2Builder({ virtualSize: end }).zeroAllocated(2) },
    {
      name: 'version 2',
      image: new Qcow2Builder({ virtualSize: end, version: 2 }).data(2, 0x77),
    },
    {
      name: 'shared with a snapshot',
      image: new Qcow2Builder({ virtualSize: end }).data(2, 0x77).snapshot({ id: '1', name: 's' }),
    },
    {
      name: 'extended L2',
      image: new Qcow2Builder({ virtualSize: 33_280, extendedL2: true, clusterBits: 14 }).data(
        2,
        0x77,
      ),
    },
  ]
  it.each(images)('reads as zeroes afterwards, the start as before: $name', async ({ image }) => {
    const disk = bench(image)
    const before = await disk.content()
    await disk.resize(100_352)
    expect(await disk.findings()).toEqual([])
    expect((await disk.content()).equals(withSize(before, 100_352))).toBe(true)
  })

  it('is written anew only when something is in it', async () => {
    const image = new Qcow2Builder({ virtualSize: end }).data(2, 0x77)
    image.put(image.hostClusterOf(2) * cluster + 1536, new Uint8Array(cluster - 1536))
    const disk = bench(image)
    await disk.resize(4 * cluster)
    const host = image.hostClusterOf(2) * cluster
    const area = readHeaderArea(disk.file)
    const opened = new Qcow2Image({ file: disk.file, area, codecs })
    expect(opened.runAt(2 * cluster, cluster)).toMatchObject({ kind: 'data', hostOffset: host })
  })

  it('shows nothing of a longer backing image either', async () => {
    const base = new Uint8Array(10 * cluster).fill(0x11)
    for (const version of [2, 3] as const) {
      const image = new Qcow2Builder({ virtualSize: end, version, backing: { name: 'base' } })
      const disk = bench(image.data(0, 0x22), base)
      const before = await disk.content()
      await disk.resize(12 * cluster)
      expect(await disk.findings()).toEqual([])
      expect((await disk.content()).equals(withSize(before, 12 * cluster))).toBe(true)
    }
  })
})

describe('a growth that does not come to its end', () => {
  const modes = ['metadata', 'falloc', 'full'] as const

  it.each(modes)(
    'leaves the disk as it was, wherever it is cancelled: %s',
    async (preallocation) => {
      let cancelled = 0
      for (let nth = 0; nth < 40; nth++) {
        const image = new Qcow2Builder({ clusterBits: 9, virtualSize: 20 * 512 })
        const disk = bench(image.data(0).data(19))
        const before = await disk.content()
        const controller = new AbortController()
        let reports = 0
        const context = {
          signal: controller.signal,
          onProgress: () => {
            if (reports++ === nth) controller.abort()
          },
        }
        const size = 400 * 2 ** 20
        const wish = disk.resize(nth % 2 === 0 ? size : size / 100, { preallocation, context })
        const outcome = await wish.then(
          () => 'resized',
          (error: unknown) => error,
        )
        if (outcome === 'resized') continue
        cancelled++
        expect(outcome).toMatchObject({ reason: 'cancelled' })
        expect(await disk.findings()).toEqual([])
        expect((await disk.content()).equals(before)).toBe(true)
        expect(disk.file.size()).toBeLessThan(image.fileLength + 20 * 512)
      }
      expect(cancelled).toBeGreaterThan(0)
    },
    60_000,
  )

  it('leaves the disk as it was when the host is full, and works once it is not', async () => {
    const disk = bench(new Qcow2Builder().data(0).data(9))
    const before = await disk.content()
    disk.faults.add({ operation: 'write', tag: 'data', nth: 2, fault: 'ENOSPC' })
    const size = 40 * 2 ** 20
    const attempt = disk.resize(size, { preallocation: 'full' })
    await expect(attempt).rejects.toMatchObject({ reason: 'no-space' })
    expect(await disk.findings()).toEqual([])
    expect((await disk.content()).equals(before)).toBe(true)
    disk.faults.clear()
    await disk.resize(size, { preallocation: 'full' })
    expect(await disk.findings()).toEqual([])
    expect((await disk.content()).equals(withSize(before, size))).toBe(true)
  })

  it('does not lower a count that an entry past the end cannot be believed about', async () => {
    const image = new Qcow2Builder({ virtualSize: 4 * cluster }).data(0).data(5).data(6).data(600)
    image.l2Entry(6, (entry) => entry + 512n)
    const disk = bench(image)
    const bytes = Buffer.from(image.bytes)
    await expect(disk.resize(2 ** 20)).rejects.toMatchObject({ reason: 'structure-damaged' })
    expect(readHeaderArea(disk.file).geometry.virtualSize).toBe(4 * cluster)
    const found = Buffer.alloc(cluster)
    disk.file.readNow(found, image.refcountBlockCluster * cluster)
    const block = image.refcountBlockCluster * cluster
    const lowered = [...found.keys()].filter((at) => (found[at] ?? 0) < (bytes[block + at] ?? 0))
    // Cluster 5 went before cluster 6 was looked at: it is 16-bit count number `host`.
    expect(lowered.every((at) => Math.floor(at / 2) === image.hostClusterOf(5))).toBe(true)
  })
})

describe('a cut', () => {
  it('that fails after the size was written says so; the same size again finishes it', async () => {
    const image = new Qcow2Builder().data(0).data(5).data(9).compressed(11)
    const disk = bench(image)
    const before = await disk.content()
    disk.faults.add({ operation: 'read', tag: 'l2-table', nth: 0, times: 9, fault: 'EIO' })
    await expect(disk.resize(2 * cluster)).rejects.toMatchObject({
      reason: 'cut-not-cleared',
      cause: { reason: 'read-failed' },
    })
    expect(await disk.findings()).toEqual([])
    expect((await disk.content()).equals(withSize(before, 2 * cluster))).toBe(true)
    expect(disk.file.size()).toBe(image.fileLength)
    disk.faults.clear()
    await disk.resize(2 * cluster)
    expect(await disk.findings()).toEqual([])
    expect(disk.file.size()).toBeLessThan(image.fileLength)
    await disk.resize(16 * cluster)
    expect(
      (await disk.content()).equals(withSize(before.subarray(0, 2 * cluster), 16 * cluster)),
    ).toBe(true)
  })

  it('inside a cluster makes the file as short as it can be', async () => {
    const image = new Qcow2Builder()
    for (let guest = 15; guest >= 0; guest--) image.data(guest, guest + 1)
    const disk = bench(image)
    await disk.resize(2 * cluster + 512)
    expect(await disk.findings()).toEqual([])
    // The clusters that stay were the last ones of the file: one of them was written anew further down.
    expect(disk.file.size()).toBe(image.fileLength)
    const { header } = readHeaderArea(disk.file)
    expect(header.l1TableOffset).toBe(3 * cluster)
    const ordered = new Qcow2Builder()
    for (let guest = 0; guest < 16; guest++) ordered.data(guest, guest + 1)
    const short = bench(ordered)
    await short.resize(2 * cluster + 512)
    expect(await short.findings()).toEqual([])
    // Header, refcount table and block, L1, L2, three guest clusters and the old place of the last one.
    expect(short.file.size()).toBe(9 * cluster)
  })

  it('gives the refcount blocks of a former size back too', async () => {
    const image = new Qcow2Builder({ clusterBits: 9, virtualSize: 20 * 512 }).data(0).data(19)
    const disk = bench(image)
    const before = await disk.content()
    // A block counts 256 clusters of 512 bytes: dozens of them come and go.
    await disk.resize(8 * 2 ** 20, { preallocation: 'full' })
    expect(disk.file.size()).toBeGreaterThan(8 * 2 ** 20)
    await disk.resize(20 * 512)
    expect(await disk.findings()).toEqual([])
    expect(disk.file.size()).toBeLessThan(image.fileLength + 100 * 512)
    expect((await disk.content()).equals(before)).toBe(true)
  })

  it('moves a large L1 table into fewer clusters', async () => {
    const image = new Qcow2Builder({ clusterBits: 9, virtualSize: 32_768 * 300 }).data(0)
    const disk = bench(image)
    expect(readHeaderArea(disk.file).header.l1Size).toBe(300)
    await disk.resize(32_768 * 10)
    expect(readHeaderArea(disk.file).header.l1Size).toBe(10)
    expect(await disk.findings()).toEqual([])
  })
})

it('refuses before anything is touched', async () => {
  const image = new Qcow2Builder({ version: 2 }).data(0).snapshot({ id: '7', name: 'old' })
  const disk = bench(image)
  await expect(disk.resize(4 * cluster)).rejects.toMatchObject({
    reason: 'snapshots-lack-size',
    context: { id: '7' },
  })
  const bytes = Buffer.alloc(image.fileLength)
  disk.file.readNow(bytes, 0)
  expect(bytes.equals(image.bytes)).toBe(true)
})
