import { describe, expect, test } from 'vitest'
import { BitSet } from '../../../../../core/base/bit-set.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { use, type Survey } from '../../../../../core/qcow2/compact/survey.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { reasonOf } from '../../../../helpers/devices.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'

const survey = (builder: Qcow2Builder, zero?: readonly number[]): Promise<Survey> => {
  const file = new MemoryFile(builder.bytes)
  const set = zero === undefined ? undefined : new BitSet(builder.bytes.length)
  for (const cluster of zero ?? []) set?.add(cluster)
  return surveyImage(file, readHeaderArea(file), { zero: set })
}

const kindAt = ({ kinds }: Survey, cluster: number): number | undefined => kinds[cluster]

describe('A survey', () => {
  test('knows what every cluster is used for', async () => {
    const image = new Qcow2Builder().data(0).compressed(1).leak().bitmap({ name: 'b' })
    const found = await survey(image)
    expect(Array.from(found.kinds)).toEqual([
      use.fixed,
      use.run,
      use.refcountBlock,
      use.run,
      use.data,
      use.l2,
      use.packed,
      use.leaked,
      use.run,
      use.bitmapData,
      use.run,
    ])
    expect(found.runs.map(({ kind }) => kind)).toEqual([
      'refcount-table',
      'l1',
      'bitmap-table',
      'bitmap-directory',
    ])
    expect(found.packed.length).toBe(1)
    expect(found.overcounted).toBe(0)
  })

  test('leaves alone what is plain data for one entry and packed data for another', async () => {
    const image = new Qcow2Builder().data(0).compressed(1)
    const host = image.hostClusterOf(1)
    image.l2Entry(0, () => BigInt(host * image.clusterSize)).setRefcount(host, 2n)
    expect(kindAt(await survey(image), host)).toBe(use.fixed)
  })

  test('leaves alone an L1 table that two snapshots share', async () => {
    const image = new Qcow2Builder().data(0)
    image.snapshot({ id: '1', name: 'one' }).snapshot({ id: '2', name: 'two' }).build()
    const first = image.bytes.readBigUInt64BE(image.snapshotTableOffset)
    // Forty bytes, sixteen of extra data, four of names, padded.
    image.word(image.snapshotTableOffset + 64, () => first)
    const cluster = Number(first) / image.clusterSize
    const found = await survey(image.setRefcount(cluster, 2n))
    expect(kindAt(found, cluster)).toBe(use.fixed)
    expect(found.runs.map(({ kind }) => kind)).not.toContain('snapshot-l1')
  })

  test('finds refcounts that are higher than the references', async () => {
    const image = new Qcow2Builder().data(0).leak()
    const { overcounted } = await survey(image.setRefcount(image.hostClusterOf(0), 4n))
    expect(overcounted).toBe(3)
  })

  test('has no use for places that no refcount block counts', async () => {
    const image = new Qcow2Builder({ clusterBits: 9 }).data(0)
    const found = await survey(image.resizeFile(300 * 512))
    expect([kindAt(found, 255), kindAt(found, 256)]).toEqual([use.free, use.uncounted])
  })
})

describe('Zero clusters', () => {
  test('go, with the table that says nothing then', async () => {
    const image = new Qcow2Builder().data(0, 0).zeroPlain(1)
    const host = image.hostClusterOf(0)
    const found = await survey(image, [host])
    expect([kindAt(found, host), kindAt(found, image.l2ClusterOf(0))]).toEqual([
      use.zero,
      use.emptied,
    ])
  })

  test('leave a table that says of them that they do not read as the backing file', async () => {
    const backing = { name: 'base.raw', format: 'raw' }
    const image = new Qcow2Builder({ backing }).data(0, 0)
    const host = image.hostClusterOf(0)
    const found = await survey(image, [host])
    expect([kindAt(found, host), kindAt(found, image.l2ClusterOf(0))]).toEqual([use.zero, use.l2])
  })

  test('stay where nothing can say so: above a backing file in version 2', async () => {
    const backing = { name: 'base.raw', format: 'raw' }
    const image = new Qcow2Builder({ version: 2, backing }).data(0, 0)
    const host = image.hostClusterOf(0)
    expect(kindAt(await survey(image, [host]), host)).toBe(use.data)
  })
})

describe('An image is refused', () => {
  test('whose tables lie in each other', async () => {
    const image = new Qcow2Builder().data(0)
    image.l1Entry(0, () => BigInt(image.l1Cluster * image.clusterSize))
    expect(await reasonOf(survey(image))).toBe('structure-damaged')
  })

  test('whose data is where its tables are', async () => {
    const image = new Qcow2Builder().data(0)
    image.l2Entry(0, () => BigInt(image.l1Cluster * image.clusterSize))
    expect(await reasonOf(survey(image))).toBe('structure-damaged')
  })

  test('that refers past its end', async () => {
    const image = new Qcow2Builder().data(0)
    image.l2Entry(0, () => BigInt(1000 * image.clusterSize))
    expect(await reasonOf(survey(image))).toBe('structure-damaged')
  })

  test('that has more clusters than there is memory for', async () => {
    const file = new MemoryFile(new Qcow2Builder({ clusterBits: 9 }).data(0).bytes)
    file.truncate(2 ** 38)
    const look = surveyImage(file, readHeaderArea(file))
    expect(await reasonOf(look)).toBe('too-many-clusters')
  })
})
