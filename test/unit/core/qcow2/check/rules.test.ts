import { describe, expect, it } from 'vitest'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { checkImage, type CheckImageOptions } from '../../../../../core/operations/check.ts'
import { copied, Qcow2Builder, zeroFlag } from '../../../../helpers/qcow2-builder.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

async function check(image: Qcow2Builder, options: CheckImageOptions = {}) {
  await using folder = await tempFolder('rules')
  const path = await image.writeTo(folder.file('image.qcow2'))
  return checkImage(nodeHost, path, options)
}

async function rulesOf(image: Qcow2Builder, options: CheckImageOptions = {}) {
  const { findings } = await check(image, options)
  return findings.map(({ kind, rule }) => `${kind} ${rule}`)
}

/** Where the snapshot table's fields are, from its entry's start. */
const entry = { l1Offset: 0, l1Entries: 8, extraBytes: 36 } as const

interface RuleCase {
  readonly name: string
  readonly image: () => Qcow2Builder
  readonly finds: readonly string[]
}

const four = () => new Qcow2Builder().data(0).data(1).data(2).data(3)
const snapshotted = () => new Qcow2Builder().data(0).snapshot({ id: '1', name: 'first' })
const far = 0x0040_0000_0000n

const cases: readonly RuleCase[] = [
  {
    name: 'an undamaged image has nothing to report',
    image: () => four().zeroPlain(4).zeroAllocated(5).compressed(6),
    finds: [],
  },
  {
    name: 'an L1 entry with reserved bits',
    image: () => four().l1Entry(0, (word) => word | 1n),
    finds: ['corruption l1-entry-reserved-bits'],
  },
  {
    name: 'an L2 table that does not start at a cluster',
    image: () =>
      new Qcow2Builder()
        .data(0)
        .leak(1)
        .l1Entry(0, (word) => word + 512n),
    finds: [
      'corruption l2-table-unaligned',
      // Read from 64 entries further on, the entry is gone and its cluster with it.
      'leak leaked-clusters',
    ],
  },
  {
    name: 'an L2 table past the end of the file',
    image: () => new Qcow2Builder().data(0).l1Entry(0, () => copied | far),
    finds: [
      'corruption reference-past-end',
      'corruption copied-flag-wrong',
      'leak leaked-clusters',
    ],
  },
  {
    name: 'an L2 entry with reserved bits',
    image: () => four().l2Entry(1, (word) => word | 2n),
    finds: ['corruption l2-entry-reserved-bits'],
  },
  {
    name: 'a compressed cluster marked COPIED',
    image: () => new Qcow2Builder().compressed(0).l2Entry(0, (word) => word | copied),
    finds: ['corruption compressed-copied'],
  },
  {
    name: 'a compressed cluster with a subcluster bitmap',
    image: () =>
      new Qcow2Builder({ extendedL2: true, clusterBits: 14 }).compressed(0).l2Bitmap(0, () => 1n),
    finds: ['corruption compressed-with-subclusters', 'leak leaked-clusters'],
  },
  {
    name: 'a subcluster that is stored and zero at once',
    image: () =>
      new Qcow2Builder({ extendedL2: true, clusterBits: 14 })
        .data(0)
        .l2Bitmap(0, (bits) => bits | (1n << 32n)),
    finds: ['corruption l2-bitmap-contradicts'],
  },
  {
    name: 'stored subclusters without a cluster',
    image: () =>
      new Qcow2Builder({ extendedL2: true, clusterBits: 14 }).zeroPlain(0).l2Bitmap(0, () => 1n),
    finds: ['corruption l2-bitmap-without-cluster'],
  },
  {
    name: 'data that does not start at a cluster, and reaches into the next one',
    image: () =>
      new Qcow2Builder()
        .data(1)
        .data(0)
        .leak(1)
        .l2Entry(0, (word) => word + 512n),
    finds: ['corruption data-offset-unaligned'],
  },
  {
    name: 'data past the end of the file',
    image: () => new Qcow2Builder().data(0).l2Entry(0, () => copied | far),
    finds: [
      'corruption reference-past-end',
      'corruption copied-flag-wrong',
      'leak leaked-clusters',
    ],
  },
  {
    name: 'snapshots in an image with a data file',
    image: () =>
      new Qcow2Builder({ dataFile: 'guest.data' }).snapshot({ id: '1', name: 'impossible' }),
    finds: ['corruption snapshots-with-data-file'],
  },
  {
    name: 'a compressed cluster in an image with a data file',
    image: () => new Qcow2Builder({ dataFile: 'guest.data' }).data(1).l2Entry(0, () => 1n << 62n),
    finds: ['corruption compressed-with-data-file'],
  },
  {
    name: "a snapshot's L1 table that does not start at a cluster",
    image: () => {
      const image = snapshotted()
      image.build()
      return image.word(image.snapshotTableOffset + entry.l1Offset, (word) => word + 512n)
    },
    finds: ['corruption snapshot-l1-unaligned', 'leak leaked-clusters', 'leak leaked-clusters'],
  },
  {
    name: "a snapshot's L1 table of impossible length",
    image: () => {
      const image = snapshotted()
      image.build()
      const at = image.snapshotTableOffset + entry.l1Entries
      return image.put(at, Uint8Array.of(0x00, 0x40, 0x00, 0x01))
    },
    finds: [
      'corruption snapshot-l1-too-large',
      // The table does not fit into the file either.
      'warning cut-by-end-of-file',
      'leak leaked-clusters',
      'leak leaked-clusters',
    ],
  },
  {
    name: 'a version 3 snapshot without the disk size',
    image: () => new Qcow2Builder().snapshot({ id: '1', name: 'old', extraBytes: 8 }),
    finds: ['corruption snapshot-entry-incomplete'],
  },
  {
    name: 'a snapshot with more extra data than allowed ends the check',
    image: () => {
      const image = snapshotted()
      image.build()
      const at = image.snapshotTableOffset + entry.extraBytes
      return image.put(at, Uint8Array.of(0, 0, 0x04, 0x01))
    },
    finds: ['check-error snapshot-table-unreadable'],
  },
  {
    name: 'more snapshots than the format has ends the check',
    image: () => four().header('snapshotCount', 65_537),
    finds: ['check-error snapshot-table-unreadable'],
  },
  {
    name: 'a bitmap directory that is longer than its entries ends the check',
    image: () => {
      const image = new Qcow2Builder().bitmap({ name: 'daily' })
      image.build()
      return image.put(image.bitmapDirectoryOffset + 18, Uint8Array.of(0xff, 0xff))
    },
    finds: ['corruption bitmap-directory-invalid'],
  },
  {
    name: 'a bitmap table entry with reserved bits ends the check',
    image: () => {
      const image = new Qcow2Builder().data(0).bitmap({ name: 'daily', inUse: true })
      image.build()
      // The bitmap's table comes right after the guest's first data cluster.
      const table = (image.hostClusterOf(0) + 2) * image.clusterSize
      return image.word(table, (word) => word | 2n)
    },
    finds: ['corruption bitmap-table-entry-invalid'],
  },
  {
    name: 'a refcount table entry with reserved bits',
    image: () => four().refcountTableEntry(1, () => 1n),
    finds: ['corruption refcount-table-reserved-bits'],
  },
  {
    name: 'a refcount block that does not start at a cluster',
    image: () => four().refcountTableEntry(1, () => 512n),
    finds: ['corruption refcount-block-unaligned'],
  },
  {
    name: 'a refcount block past the end of the file',
    image: () => four().refcountTableEntry(1, () => far),
    finds: ['corruption refcount-block-past-end'],
  },
  {
    name: 'a refcount block that is used for something else too',
    image: () => {
      const image = four()
      const block = BigInt(image.l1Cluster * image.clusterSize)
      return image.refcountTableEntry(1, () => block)
    },
    finds: [
      'corruption refcount-block-shared',
      'corruption refcount-too-low',
      // The L1 entry, read as refcounts of clusters far away.
      'warning refcounts-past-end',
    ],
  },
  {
    name: 'a cluster in use that is counted as free',
    image: () => {
      const image = four()
      return image.setRefcount(image.hostClusterOf(2), 0n)
    },
    finds: ['corruption refcount-too-low', 'corruption copied-flag-wrong'],
  },
  {
    name: 'clusters that are counted but not used, as one run',
    image: () => four().leak(3),
    finds: ['leak leaked-clusters'],
  },
  {
    name: 'refcounts that nobody can read',
    image: () => four().refcountTableEntry(0, (word) => word + 512n),
    finds: ['corruption refcount-block-unaligned', 'check-error refcount-unreadable'],
  },
  {
    name: 'more references than the refcount width can count',
    image: () => {
      const image = new Qcow2Builder({ refcountOrder: 0 }).data(0).data(1)
      const first = BigInt(image.hostClusterOf(0) * image.clusterSize)
      return image.l2Entry(1, () => copied | first)
    },
    finds: ['corruption refcount-overflow', 'leak leaked-clusters'],
  },
  {
    name: 'a missing COPIED flag',
    image: () => four().l2Entry(3, (word) => word & ~copied),
    finds: ['corruption copied-flag-wrong'],
  },
  {
    name: 'a COPIED flag on a cluster that a snapshot shares',
    image: () => snapshotted().l2Entry(0, (word) => word | copied),
    finds: ['corruption copied-flag-wrong'],
  },
]

describe('rules of qemu-img check', () => {
  it.each(cases)('$name', async ({ image, finds }) => {
    expect((await rulesOf(image())).toSorted()).toEqual(finds.toSorted())
  })

  it('joins neighbouring leaked clusters in one finding and counts each', async () => {
    const result = await check(four().leak(3))
    expect(result).toMatchObject({
      verdict: 'leaks',
      health: 'leaks',
      leaks: 3,
      leakedBytes: 12_288,
    })
    expect(result.findings).toHaveLength(1)
    expect(result.findings[0]).toMatchObject({ count: 3, harm: 'space' })
    expect(result.findings[0]?.text).toContain('Wasted space: 3 leaked clusters')
  })

  it('names the guest range and the snapshot that are hit', async () => {
    const image = new Qcow2Builder().data(0).data(2).snapshot({ id: '7', name: 'before' })
    const table = image.l2ClusterOf(2) * image.clusterSize
    image.l2Entry(2, (word) => word | 2n)
    const { findings } = await check(image)
    expect(findings[0]).toMatchObject({
      rule: 'l2-entry-reserved-bits',
      offset: table + 16,
      guest: { start: 2 * image.clusterSize, length: image.clusterSize },
      // The active state and the snapshot share this table: counted for both.
      count: 2,
    })
    image.l1Entry(0, () => 0n)
    const onlySnapshot = await check(image)
    const named = onlySnapshot.findings.find(({ rule }) => rule === 'l2-entry-reserved-bits')
    expect(named?.snapshot).toEqual({ id: '7', name: 'before' })
  })

  it('says what a miscounted cluster holds', async () => {
    const image = new Qcow2Builder().data(0).data(1).data(3)
    image.setRefcount(image.hostClusterOf(3), 0n).setRefcount(image.l2ClusterOf(0), 0n)
    const { findings } = await check(image)
    const low = findings.filter(({ rule }) => rule === 'refcount-too-low')
    expect(low.map(({ guest }) => guest)).toEqual([
      { start: 0, length: image.entriesPerL2 * image.clusterSize },
      { start: 3 * image.clusterSize, length: image.clusterSize },
    ])
    expect(low[1]?.text).toContain('It holds guest offset 0x3000.')
  })

  it('keeps the most harmful findings when there are more than the limit', async () => {
    const image = four()
      .leak(1)
      .l2Entry(1, () => copied | far)
    const result = await check(image, { findingLimit: 1 })
    expect(result.findings.map(({ rule }) => rule)).toEqual(['reference-past-end'])
    expect(result.findingsOmitted).toBeGreaterThan(0)
    expect(result.leaks).toBeGreaterThan(0)
  })
})

const blindSpots: readonly (RuleCase & { readonly options?: CheckImageOptions })[] = [
  {
    name: 'compressed data that does not unpack (depth full)',
    image: () => new Qcow2Builder().compressed(0, 0, Buffer.alloc(100, 0xee)),
    options: { depth: 'full' },
    finds: ['warning compressed-data-damaged'],
  },
  {
    name: 'compressed data that unpacks to less than a cluster (depth full)',
    image: () => new Qcow2Builder().compressed(0, 0, Buffer.from('4b040000', 'hex')),
    options: { depth: 'full' },
    finds: ['warning compressed-data-damaged'],
  },
  {
    name: 'compressed data is not unpacked unless asked for',
    image: () => new Qcow2Builder().compressed(0, 0, Buffer.alloc(100, 0xee)),
    finds: [],
  },
  {
    name: 'the zero flag in version 2',
    image: () => new Qcow2Builder({ version: 2 }).data(0).l2Entry(1, () => zeroFlag),
    finds: ['warning zero-flag-in-version-2'],
  },
  {
    name: 'an L1 table that the file ends before',
    image: () => {
      const image = new Qcow2Builder()
      image.build()
      return image.resizeFile(image.l1Cluster * image.clusterSize)
    },
    finds: ['warning cut-by-end-of-file'],
  },
  {
    name: 'refcounts of clusters past the end of the file',
    image: () => {
      const image = four()
      return image.setRefcount(image.fileLength / image.clusterSize + 5, 1n)
    },
    finds: ['warning refcounts-past-end'],
  },
  {
    name: 'two snapshots with one id',
    image: () =>
      new Qcow2Builder().snapshot({ id: '1', name: 'a' }).snapshot({ id: '1', name: 'b' }),
    finds: ['warning snapshot-id-duplicate'],
  },
  {
    name: 'two bitmaps with one name',
    image: () =>
      new Qcow2Builder()
        .bitmap({ name: 'daily', inUse: true })
        .bitmap({ name: 'daily', inUse: true }),
    finds: ['warning bitmap-name-duplicate'],
  },
  {
    name: 'a header length that is no multiple of 8',
    image: () => four().header('headerLength', 108).put(108, new Uint8Array(8)),
    finds: ['warning header-length-unaligned'],
  },
  {
    name: 'header extensions without an end marker',
    image: () => {
      const image = new Qcow2Builder({ clusterBits: 9 })
      const area = 512 - 112 - 8
      const filler = { type: 0x1234_5678, data: new Uint8Array(area) }
      return new Qcow2Builder({ ...image.options, extensions: [filler] }).data(0)
    },
    finds: ['warning extensions-not-terminated'],
  },
  {
    name: 'the bitmaps bit without a bitmaps extension',
    image: () => four().header('autoclearFeatures', 1),
    finds: ['warning bitmaps-bit-without-extension'],
  },
  {
    name: 'bitmaps that a program which does not know them has invalidated',
    image: () => new Qcow2Builder().bitmap({ name: 'daily' }).header('autoclearFeatures', 0),
    finds: ['leak leaked-clusters', 'warning bitmaps-invalidated'],
  },
  {
    name: 'the corrupt bit',
    image: () => four().header('incompatibleFeatures', 2),
    finds: ['warning marked-corrupt'],
  },
  {
    name: 'the dirty bit',
    image: () => new Qcow2Builder({ dirty: true }).data(0),
    finds: ['warning marked-dirty'],
  },
  {
    name: 'two guest clusters in one cluster of the data file',
    image: () =>
      new Qcow2Builder({ dataFile: 'guest.data' })
        .data(0)
        .data(1)
        .l2Entry(1, () => copied),
    finds: ['warning data-file-cluster-shared'],
  },
  {
    name: 'content that is not where a raw data file has it',
    image: () =>
      new Qcow2Builder({ dataFile: 'guest.data' })
        .data(0)
        .l2Entry(1, () => copied | 0x4000n)
        .header('autoclearFeatures', 2),
    finds: ['warning data-file-offset-not-raw'],
  },
]

describe('what qemu-img check does not look at', () => {
  it.each(blindSpots)('$name', async ({ image, finds, options }) => {
    expect((await rulesOf(image(), options)).toSorted()).toEqual(finds.toSorted())
  })

  it('warnings change the health, never the verdict', async () => {
    const result = await check(new Qcow2Builder({ version: 2 }).data(0).l2Entry(1, () => zeroFlag))
    expect(result).toMatchObject({
      verdict: 'clean',
      corruptions: 0,
      warnings: 1,
      health: 'damaged',
    })
  })
})
