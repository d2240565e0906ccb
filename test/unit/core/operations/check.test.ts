import { mkdir, open, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { checkImage, type CheckImageOptions } from '../../../../core/operations/check.ts'
import { checkQcow2 } from '../../../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../../../core/qcow2/check/subject-of.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import type { Progress } from '../../../../core/progress.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

async function errorOf(path: string, options?: CheckImageOptions): Promise<ImageError> {
  try {
    await checkImage(nodeHost, path, options)
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error('the check should have been refused')
}

describe('what cannot be checked', () => {
  it('refuses raw images, by name and by choice', async () => {
    await using folder = await tempFolder('raw')
    const path = folder.file('disk.raw')
    await writeFile(path, Buffer.alloc(4096))
    expect((await errorOf(path)).reason).toBe('check-not-possible')
    expect((await errorOf(path, { format: 'raw' })).reason).toBe('check-not-possible')
  })

  it('refuses foreign formats and names them', async () => {
    await using folder = await tempFolder('vdi')
    const path = folder.file('disk.vdi')
    await qemuImg('create', '-q', '-f', 'vdi', path, '1M')
    const error = await errorOf(path)
    expect(error.reason).toBe('check-not-possible')
    expect(error.explanation.detail).toContain('VDI')
  })

  it('names the file and the reason for folders, empty, missing and cut files', async () => {
    await using folder = await tempFolder('bad')
    await mkdir(folder.file('folder'))
    await writeFile(folder.file('empty'), '')
    await writeFile(folder.file('cut'), new Qcow2Builder().bytes.subarray(0, 60))
    expect((await errorOf(folder.file('folder'))).reason).toBe('file-is-folder')
    expect((await errorOf(folder.file('empty'))).reason).toBe('file-empty')
    expect((await errorOf(folder.file('missing'))).reason).toBe('file-missing')
    const cut = await errorOf(folder.file('cut'))
    expect(cut.reason).toBe('header-cut-short')
    expect(cut.context.path).toBe(folder.file('cut'))
  })
})

describe('external data files', () => {
  it('warns about content past the end of a data file that may be opened', async () => {
    await using folder = await tempFolder('data-file')
    const image = new Qcow2Builder({ dataFile: 'guest.data' }).data(0).data(5)
    const path = await image.writeTo(folder.file('image.qcow2'))
    await writeFile(folder.file('guest.data'), Buffer.alloc(4096))
    const allowed = await checkImage(nodeHost, path)
    expect(allowed.findings.map(({ rule }) => rule)).toEqual(['data-file-offset-past-end'])
    expect(allowed).toMatchObject({ verdict: 'clean', warnings: 1 })
    const denied = await checkImage(nodeHost, path, { links: 'deny' })
    expect(denied.findings).toEqual([])
  })

  it('does without a data file that is not there', async () => {
    await using folder = await tempFolder('data-file')
    const image = new Qcow2Builder({ dataFile: 'guest.data' }).data(0)
    const result = await checkImage(nodeHost, await image.writeTo(folder.file('image.qcow2')))
    expect(result.health).toBe('healthy')
  })
})

describe('files of any length', () => {
  it('checks an image cut at every odd place without failing', async () => {
    await using folder = await tempFolder('lengths')
    const whole = new Qcow2Builder().data(0).compressed(1).snapshot({ id: '1', name: 'a' }).bytes
    const lastCluster = whole.length - 4096
    for (let length = 4096; length <= whole.length; length += 1111) {
      const path = folder.file('cut.qcow2')
      await writeFile(path, whole.subarray(0, length))
      const result = await checkImage(nodeHost, path)
      // The last cluster alone may be cut: what it holds (a snapshot table) ends long before.
      expect(result.health === 'healthy', `${length} bytes`).toBe(length > lastCluster)
    }
  })
})

/** Every bomb claims far more than it holds; the check must neither allocate nor walk what is claimed. */
const bombs: readonly { readonly name: string; readonly bytes: () => Qcow2Builder }[] = [
  {
    name: 'an L1 table of 4 Mi entries in a file of 20 KiB',
    bytes: () => new Qcow2Builder().data(0).header('l1Size', 4 * 2 ** 20),
  },
  {
    name: 'a refcount table of 8 MiB in a file of 20 KiB',
    bytes: () => new Qcow2Builder().data(0).header('refcountTableClusters', 2048),
  },
  {
    name: '65,536 snapshots that are not there',
    bytes: () =>
      new Qcow2Builder()
        .data(0)
        .header('snapshotCount', 65_536)
        .header('snapshotsOffset', 4096 * 9),
  },
  {
    name: 'a bitmap directory of 64 MiB',
    bytes: () => {
      const image = new Qcow2Builder().bitmap({ name: 'a' })
      // The extension's directory size: header length, extension prefix, count and reserved.
      return image.word(112 + 8 + 8, () => BigInt(65_535 * 1024))
    },
  },
]

describe('headers that claim too much', () => {
  it.each(bombs)('$name costs neither memory nor reads', async ({ bytes }) => {
    await using folder = await tempFolder('bomb')
    const path = await bytes().writeTo(folder.file('bomb.qcow2'))
    const before = process.memoryUsage()
    const result = await checkImage(nodeHost, path)
    const after = process.memoryUsage()
    expect(result.bytesRead).toBeLessThan(64 * 2 ** 20)
    expect(after.rss - before.rss).toBeLessThan(128 * 2 ** 20)
    expect(result.health).not.toBe('healthy')
  })

  it('walks an L2 table that a million L1 entries share once, and counts it a million times', async () => {
    await using folder = await tempFolder('shared')
    const entries = 2 ** 20
    const image = new Qcow2Builder({ refcountOrder: 5 }).data(0)
    image.build()
    const l1 = Buffer.alloc(entries * 8)
    const l2 = BigInt(image.l2ClusterOf(0) * image.clusterSize) | (1n << 63n)
    for (let at = 0; at < l1.length; at += 8) l1.writeBigUInt64BE(l2, at)
    const l1Offset = image.fileLength
    const whole = image.header('l1Size', entries).header('l1TableOffset', l1Offset).bytes
    const path = folder.file('image.qcow2')
    await writeFile(path, Buffer.concat([whole, l1]))
    const result = await checkImage(nodeHost, path)
    expect(result.bytesRead).toBeLessThan(4 * (whole.length + l1.length))
    expect(result.clusters.allocated).toBe(entries)
    const low = result.findings.find(({ rule }) => rule === 'refcount-too-low')
    expect(low?.text).toContain('1048576 times')
  })

  it('stops, and says so, when overlapping tables would take days to walk', async () => {
    await using folder = await tempFolder('overlap')
    const clusterBits = 21
    const clusterSize = 2 ** clusterBits
    const image = new Qcow2Builder({ clusterBits })
    const entries = clusterSize / 8
    const l1 = Buffer.alloc(clusterSize)
    for (let index = 0; index < entries; index++) {
      l1.writeBigUInt64BE(BigInt(4 * clusterSize + index * 512), index * 8)
    }
    image.header('l1Size', entries).put(image.l1Cluster * clusterSize, l1)
    const path = await image.writeTo(folder.file('image.qcow2'))
    await truncate(path, 256 * clusterSize)
    const result = await checkImage(nodeHost, path)
    expect(result.verdict).toBe('incomplete')
    expect(result.findings.map(({ rule }) => rule)).toContain('tables-overlap')
  }, 60_000)
})

describe('memory', () => {
  it('gives the same result when the reference counts need several walks', async () => {
    await using folder = await tempFolder('walks')
    const path = folder.file('image.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=512', path, '64M')
    await qemuIo(path, 'write -P 1 0 24M')
    await qemuImg('snapshot', '-c', 'one', path)
    await qemuIo(path, 'write -P 2 1M 9M')
    // One leak and one reference too many, far apart.
    const handle = await open(path, 'r+')
    await handle.write(Buffer.from([0x80, 0, 0, 0, 0, 0, 4, 0]), 0, 8, 0x40000)
    await handle.close()
    const expected = await checkImage(nodeHost, path)
    await using file = await nodeHost.openFile(path)
    const log = new FindingLog(1000)
    const subject = checkSubjectOf(file, readHeaderArea(file, 'check'))
    const checked = await checkQcow2(subject, log, { countBudget: 40_000 })
    expect(log.total('corruption')).toBe(expected.corruptions)
    expect(log.total('leak')).toBe(expected.leaks)
    expect(checked.statistics).toEqual({
      allocated: expected.clusters.allocated,
      fragmented: expected.clusters.fragmented,
      compressed: expected.clusters.compressed,
    })
    expect(checked.imageEndOffset).toBe(expected.imageEndOffset)
  })
})

describe('watching and stopping', () => {
  it('reports phases whose numbers only grow and end at their total', async () => {
    await using folder = await tempFolder('progress')
    const path = folder.file('image.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', path, '8G')
    const seen = new Map<string, Progress[]>()
    await checkImage(nodeHost, path, {
      onProgress: (progress) => {
        seen.set(progress.phase, [...(seen.get(progress.phase) ?? []), progress])
      },
    })
    expect([...seen.keys()]).toEqual(['tables', 'refcounts'])
    for (const reports of seen.values()) {
      const done = reports.map((report) => report.done)
      expect(done).toEqual(done.toSorted((one, other) => one - other))
      expect(reports.at(-1)?.done).toBe(reports.at(-1)?.total)
    }
  })

  it('ends in the middle when it is cancelled', async () => {
    await using folder = await tempFolder('cancel')
    const path = folder.file('image.qcow2')
    const options = ['-o', 'preallocation=metadata,cluster_size=64k']
    await qemuImg('create', '-q', '-f', 'qcow2', ...options, path, '256G')
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const error = await errorOf(path, { signal: controller.signal, onProgress })
    expect(error.kind).toBe('cancelled')
  })
})
