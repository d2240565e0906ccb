import { breather } from '../../base/abort.ts'
import { LruCache } from '../../base/lru.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { CountPages, PAGE_CLUSTERS } from '../restructure/count-pages.ts'
import { StoredBlocks } from '../restructure/stored-blocks.ts'
import type { WordTable } from '../word-table.ts'
import { l1Clusters, snapshotTree } from './active-tree.ts'
import { entryRuns } from './entry-runs.ts'
import type { L1Tree } from './l1-tree.ts'

/** What a snapshot takes of the image file, tables and VM state included. Bytes. */
export interface SnapshotSpace {
  /** Clusters that nothing else refers to: what deleting this snapshot alone frees. */
  readonly exclusiveBytes: number
  /** Clusters that other snapshots or the present state refer to as well. */
  readonly sharedBytes: number
}

/** Bytes for refcounts, and for counting compressed clusters. */
const COUNT_BUDGET = 128 * 2 ** 20
/** L2 tables whose size is remembered: thousands of snapshots share most of them. */
const REMEMBERED_TABLES = 2 ** 20

/**
 * Measures all given snapshots in bounded memory, by the stored refcounts. A cluster with one reference
 * belongs to one tree alone. An L2 table with more than one belongs to several trees, and so does all
 * that it refers to: its entries need no look to know that nothing of it is exclusive. So every L2 table is
 * read once or twice, however many snapshots share it.
 *
 * Several compressed clusters of one tree can lie in one host cluster, which then has that many
 * references: those are counted for each snapshot and compared.
 */
export class SnapshotMeasure {
  readonly #file: BlockFile
  readonly #area: HeaderArea
  readonly #refcounts: CountPages
  readonly #measured = new Map<string, SnapshotSpace>()
  readonly #tableClusters = new LruCache<number, number>(REMEMBERED_TABLES, () => 1)

  constructor(file: BlockFile, area: HeaderArea) {
    this.#file = file
    this.#area = area
    const stored = new StoredBlocks(file, area)
    this.#refcounts = new CountPages({ source: (page) => stored.page(page), budget: COUNT_BUDGET })
  }

  /** Throws `structure-damaged` for tables that cannot be followed, `image-too-large` and `cancelled`. */
  async measure(entry: SnapshotEntry, context: OperationContext): Promise<SnapshotSpace> {
    // Only a damaged image has one table for two snapshots; thousands must not cost as many walks.
    const place = `${entry.l1TableOffset} ${entry.l1Size}`
    const known = this.#measured.get(place)
    if (known !== undefined) return known
    const space = await this.#walk(entry, context)
    this.#measured.set(place, space)
    return space
  }

  async #walk(
    entry: SnapshotEntry,
    { signal, pause: gate }: OperationContext,
  ): Promise<SnapshotSpace> {
    const { clusterSize } = this.#area.geometry
    const breathe = breather(signal, { pause: gate })
    const tree = snapshotTree(this.#file, this.#area, entry)
    const ownL1 = l1Clusters(entry.l1Size, clusterSize)
    let total = ownL1
    let exclusive = this.#countOnes(Math.floor(entry.l1TableOffset / clusterSize), ownL1)
    const packed: number[] = []
    const tally = new CountPages({ source: () => 0, budget: COUNT_BUDGET })
    const seen = new CountPages({ source: () => 0, budget: COUNT_BUDGET })
    for (let index = 0; index < tree.entries; index++) {
      const offset = tree.l2OffsetAt(index)
      if (offset === 0) continue
      const pause = breathe()
      if (pause !== undefined) await pause
      total += 1 + this.#clustersBehind(tree, offset)
      const cluster = offset / clusterSize
      // A table that an L1 table names twice is damage as well; once is enough to look at it.
      const isKnown = seen.add(cluster, 1, 1, { least: 1, most: 1 }) !== undefined
      if (isKnown || this.#refcounts.get(cluster) !== 1) continue
      const table = this.#countExclusive(tree.readL2(offset), tally)
      exclusive += 1 + table.exclusive
      if (table.hasPacked) packed.push(offset)
    }
    for (const offset of packed) {
      exclusive += this.#exclusivePacked(tree.readL2(offset), tally)
      const pause = breathe()
      if (pause !== undefined) await pause
    }
    return {
      exclusiveBytes: exclusive * clusterSize,
      sharedBytes: Math.max(0, total - exclusive) * clusterSize,
    }
  }

  /** Host clusters that a table refers to, each once. */
  #clustersBehind(tree: L1Tree, offset: number): number {
    const known = this.#tableClusters.get(offset)
    if (known !== undefined) return known
    let clusters = 0
    const packed = new Set<number>()
    for (const run of entryRuns(tree.readL2(offset), this.#area.geometry)) {
      if (run.kind === 'standard') clusters += run.clusters
      else for (let at = 0; at < run.clusters; at++) packed.add(run.first + at)
    }
    this.#tableClusters.set(offset, clusters + packed.size)
    return clusters + packed.size
  }

  /** The exclusive standard clusters of an exclusive table; its compressed ones go into `tally`. */
  #countExclusive(
    words: WordTable,
    tally: CountPages,
  ): { readonly exclusive: number; readonly hasPacked: boolean } {
    let exclusive = 0
    let hasPacked = false
    for (const { kind, first, clusters } of entryRuns(words, this.#area.geometry)) {
      if (kind === 'standard') {
        exclusive += this.#countOnes(first, clusters)
        continue
      }
      hasPacked = true
      tally.add(first, clusters, 1, { least: 0, most: Infinity })
    }
    return { exclusive, hasPacked }
  }

  /** Host clusters of compressed data that no other tree refers to; each is counted once. */
  #exclusivePacked(words: WordTable, tally: CountPages): number {
    let exclusive = 0
    for (const { kind, first, clusters } of entryRuns(words, this.#area.geometry)) {
      if (kind === 'standard') continue
      for (let cluster = first; cluster < first + clusters; cluster++) {
        const count = tally.get(cluster)
        if (count === 0) continue
        if (count === this.#refcounts.get(cluster)) exclusive++
        tally.add(cluster, 1, -count, { least: 0, most: Infinity })
      }
    }
    return exclusive
  }

  #countOnes(first: number, clusters: number): number {
    let ones = 0
    for (let at = first; at < first + clusters;) {
      const pageEnd = (Math.floor(at / PAGE_CLUSTERS) + 1) * PAGE_CLUSTERS
      const end = Math.min(first + clusters, pageEnd)
      const uniform = this.#refcounts.uniform(at, end)
      if (uniform === 1) ones += end - at
      if (uniform === undefined) {
        for (let cluster = at; cluster < end; cluster++) {
          if (this.#refcounts.get(cluster) === 1) ones++
        }
      }
      at = end
    }
    return ones
  }
}
