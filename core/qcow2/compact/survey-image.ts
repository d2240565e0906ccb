import { breather } from '../../base/abort.ts'
import type { BitSet } from '../../base/bit-set.ts'
import { ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { CountingFile } from '../../storage/counting-file.ts'
import type { BitmapEntry } from '../format/bitmap-directory.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import { StoredBlocks } from '../restructure/stored-blocks.ts'
import { readWordTable } from '../word-table.ts'
import { ClusterUses } from './cluster-uses.ts'
import { l1PlacesOf, l1Rows, type L1Place } from './l1-rows.ts'
import { L2Survey } from './l2-survey.ts'
import { structuresOf } from './structure-runs.ts'
import { use, type Survey } from './survey.ts'
import { TableWeights } from './table-weights.ts'

/** Host clusters at a byte each, two while a plan is made: 16 TiB of 64 KiB clusters. */
const mostHostClusters = 2 ** 28

export interface SurveyOptions extends OperationContext {
  /**
   * Data clusters that are known to be all zero, whose entries are going to say so (see `zero-rule.ts`):
   * they come out as `zero`, or as the data they are where that rule keeps them.
   */
  readonly zero?: BitSet | undefined
}

/**
 * What every cluster of an image file is used for. Reads all metadata once, the L1 tables twice, in the
 * order of the file where it can; no data. For images that a check found without corruptions (leaks do not
 * matter): what contradicts itself is refused.
 *
 * Memory: see `Survey`, and 40 MiB for tables on their way. Throws `too-many-clusters`, `too-much-packed`,
 * `structure-damaged`, `cancelled`, and what reading the tables throws.
 */
export async function surveyImage(
  file: BlockFile,
  area: HeaderArea,
  { zero, signal, pause, onProgress }: SurveyOptions = {},
): Promise<Survey> {
  const { geometry } = area
  const { clusterSize } = geometry
  const counted = new CountingFile(file)
  const fileLength = file.size()
  const hostClusters = ceilDiv(fileLength, clusterSize)
  if (hostClusters > mostHostClusters) {
    throw new ImageError('too-many-clusters', {
      path: file.name,
      found: hostClusters,
      limit: mostHostClusters,
    })
  }
  const uses = new ClusterUses(file.name, hostClusters, clusterSize)
  const breathe = breather(signal, { pause })

  uses.markMetadata(0, 1, use.fixed, 'header')
  uses.refer(1)
  if (area.encryptionHeader !== undefined) {
    const { offset, length } = area.encryptionHeader
    const clusters = ceilDiv(length, clusterSize)
    uses.markMetadata(offset / clusterSize, clusters, use.fixed, 'LUKS header')
    uses.refer(clusters)
  }
  const structures = structuresOf(counted, area)
  const runs = uses.markRuns(structures)
  const blocks = new StoredBlocks(counted, area)
  const refcountBlocks = Uint32Array.from({ length: blocks.usedEntries }, (_, index) => {
    const offset = blocks.offsetOf(index)
    if (offset === 0) return 0
    uses.markMetadata(offset / clusterSize, 1, use.refcountBlock, 'refcount block')
    uses.refer(1)
    return offset / clusterSize
  })

  const l1Places = l1PlacesOf(area, structures.snapshots)
  const tables = await weighTables(counted, l1Places, { uses, breathe })
  for (const bitmap of structures.bitmaps) await markBitmapData(counted, bitmap, { uses, breathe })

  const l2 = new L2Survey(area, uses, zero)
  const total = tables.clusters.length * clusterSize
  for (const [index, cluster] of tables.clusters.entries()) {
    const at = cluster * clusterSize
    const words = readWordTable(counted, { at, entries: clusterSize / 8, tag: 'l2-table' })
    l2.look(cluster, words, tables.of(cluster))
    onProgress?.({ phase: 'tables', done: (index + 1) * clusterSize, total, unit: 'bytes' })
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  const packed = await l2.finish(breathe)

  const stored = await markUnused(counted, { area, blocks, uses, breathe })
  const overcounted = stored - uses.references
  // LUKS takes the initialization vector from the place in the file: moved, data would read as garbage.
  const dataIsFixed = area.encryption === 'luks'
  const kinds = await uses.finish({ dataIsFixed }, breathe)
  const { bytesRead } = counted
  return {
    area,
    fileLength,
    kinds,
    runs,
    l1Places,
    tables,
    packed,
    refcountBlocks,
    overcounted,
    bytesRead,
  }
}

interface Parts {
  readonly uses: ClusterUses
  readonly breathe: () => Promise<void> | undefined
}

/** Finds the L2 tables by their marks, so that no list of references has to be kept. */
async function weighTables(
  file: BlockFile,
  places: readonly L1Place[],
  { uses, breathe }: Parts,
): Promise<TableWeights> {
  for (const rows of l1Rows(file, places, uses.clusterSize)) {
    for (const row of rows) for (const { table } of row) uses.markTable(table)
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  const tables = new TableWeights(await uses.clustersOf(use.l2, breathe))
  for (const rows of l1Rows(file, places, uses.clusterSize)) {
    for (const row of rows) {
      for (const { table, weight } of row) {
        tables.add(table, weight)
        uses.refer(weight)
      }
    }
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return tables
}

/** Entries of a bitmap's table that are looked at at once. */
const bitmapEntries = 64 * 1024

async function markBitmapData(
  file: BlockFile,
  { tableOffset, tableSize }: BitmapEntry,
  { uses, breathe }: Parts,
): Promise<void> {
  for (let first = 0; first < tableSize; first += bitmapEntries) {
    const entries = Math.min(bitmapEntries, tableSize - first)
    const words = readWordTable(file, { at: tableOffset + first * 8, entries, tag: 'bitmap' })
    for (let at = 0; at < words.length; at += 2) {
      const offset = entryOffset(words[at + 1] ?? 0, words[at] ?? 0)
      if (offset === 0) continue
      uses.markContent(offset / uses.clusterSize, use.bitmapData)
      uses.refer(1)
    }
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}

/**
 * Tells apart what nothing refers to: free, leaked, or not counted by any refcount block. Gives the sum of
 * all other refcounts.
 */
async function markUnused(
  file: BlockFile,
  {
    area,
    blocks,
    uses,
    breathe,
  }: Parts & { readonly area: HeaderArea; readonly blocks: StoredBlocks },
): Promise<number> {
  const { clusterSize, refcountBlockEntries: perBlock, refcountOrder } = area.geometry
  const access = refcountAccess(refcountOrder)
  const bytes = new Uint8Array(clusterSize)
  let sum = 0
  for (let first = 0; first < uses.length; first += perBlock) {
    const end = Math.min(first + perBlock, uses.length)
    const index = first / perBlock
    const offset = index < blocks.entries ? blocks.offsetOf(index) : 0
    if (offset !== 0) file.readNow(bytes, offset, 'refcount-block')
    for (let cluster = first; cluster < end; cluster++) {
      const count = offset === 0 ? 0 : access.get(bytes, cluster - first)
      if (uses.kindOf(cluster) !== use.free) sum += count
      else if (count > 0) uses.markUnused(cluster, use.leaked)
      else if (offset === 0) uses.markUnused(cluster, use.uncounted)
    }
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return sum
}
