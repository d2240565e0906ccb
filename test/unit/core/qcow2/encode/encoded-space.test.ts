import { expect, test } from 'vitest'
import { EncodedSpace, type CountedBlock } from '../../../../../core/qcow2/encode/encoded-space.ts'
import { refcountAccess } from '../../../../../core/qcow2/format/refcount-block.ts'

const order = 4
const clusterSize = 512
/** Clusters that one block counts. */
const perBlock = 256
/** Blocks that one cluster of the refcount table has room for. */
const perTable = 64
const geometry = { clusterSize, refcountOrder: order, refcountBlockEntries: perBlock }

const spaceWith = (l1Clusters: number, tableClusters = 1) =>
  new EncodedSpace({ path: '/disk.qcow2', geometry, l1Clusters, tableClusters })

/** The count of every cluster of the file, by the blocks that were given out. */
function countsOf(space: EncodedSpace, settled: readonly CountedBlock[]): number[] {
  const { blockOffsets, blocks } = space.finish()
  const given = new Map([...settled, ...blocks].map(({ offset, bytes }) => [offset, bytes]))
  const access = refcountAccess(order)
  return Array.from({ length: space.end / clusterSize }, (_, cluster) => {
    const offset = blockOffsets[Math.floor(cluster / perBlock)]
    const block = offset === undefined ? undefined : given.get(offset)
    return block === undefined ? -1 : access.get(block, cluster % perBlock)
  })
}

function fill(space: EncodedSpace, clusters: number): CountedBlock[] {
  const settled: CountedBlock[] = []
  for (let count = 0; count < clusters; count++) {
    space.takeOne()
    settled.push(...space.settled())
  }
  return settled
}

test.each([0, 1, perBlock - 5, perBlock - 4, perBlock - 3, perBlock, 5 * perBlock])(
  'every cluster of a file with %i clusters of data has one reference',
  (clusters) => {
    const space = spaceWith(1)
    const counts = countsOf(space, fill(space, clusters))
    expect(new Set(counts)).toEqual(new Set([1]))
    const blocks = Math.ceil(counts.length / perBlock)
    expect(counts.length).toBe(2 + blocks + 1 + clusters)
  },
)

test.each([perBlock - 4, perBlock, 3 * perBlock])(
  'an L1 table of %i clusters lies together, its blocks behind it',
  (l1Clusters) => {
    const space = spaceWith(l1Clusters)
    expect(space.l1Offset).toBe(3 * clusterSize)
    expect(new Set(countsOf(space, fill(space, 10)))).toEqual(new Set([1]))
  },
)

test('too many blocks send the refcount table to the end, and its place becomes a block', () => {
  const space = spaceWith(1)
  const settled = fill(space, perTable * perBlock + 100)
  const counts = countsOf(space, settled)
  expect(new Set(counts)).toEqual(new Set([1]))
  const { table, blockOffsets } = space.finish()
  expect(table.offset).toBeGreaterThan(perTable * perBlock * clusterSize)
  expect(blockOffsets[perTable]).toBe(clusterSize)
})

test('the place of an L1 table that goes elsewhere becomes a block', () => {
  const space = spaceWith(1)
  fill(space, 10)
  space.giveBackL1(1)
  const settled = fill(space, perBlock)
  const { blockOffsets } = space.finish()
  expect(blockOffsets[1]).toBe(3 * clusterSize)
  expect(settled).toEqual([])
})

test('a place that nobody takes has no references', () => {
  const space = spaceWith(1)
  fill(space, 10)
  space.giveBackL1(1)
  const counts = countsOf(space, [])
  expect(counts.flatMap((count, cluster) => (count === 1 ? [] : [cluster]))).toEqual([3])
})

test('an L1 table of an empty disk leaves nothing behind', () => {
  const space = spaceWith(1)
  space.giveBackL1(1)
  expect(countsOf(space, [])).toEqual([1, 1, 1])
})
