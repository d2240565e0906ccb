import { describe, expect, test } from 'vitest'
import { NodeFile } from '../../../../core/io/node-file.ts'
import { countClusters } from '../../../../core/qcow2/cluster-counts.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuCheck } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

describe('clusters are counted as qemu-img check counts them', () => {
  test.each(someOf(readableImages, { oneIn: 8, from: 1 }))('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    await using file = NodeFile.open(path)
    const area = readHeaderArea(file)
    const counts = await countClusters(file, area)

    const { result = { 'check-errors': 0 } } = await qemuCheck(path)
    expect({
      total: counts.total,
      allocated: counts.normal + counts.zeroAllocated + counts.compressed,
      compressed: counts.compressed,
      fragmented: counts.fragmented,
    }).toEqual({
      total: result['total-clusters'] ?? 0,
      allocated: result['allocated-clusters'] ?? 0,
      compressed: result['compressed-clusters'] ?? 0,
      fragmented: result['fragmented-clusters'] ?? 0,
    })
    expect(counts.total).toBe(
      counts.normal +
        counts.zeroAllocated +
        counts.zeroPlain +
        counts.compressed +
        counts.unallocated,
    )
  })
})
