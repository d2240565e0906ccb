import { breather, throwIfAborted } from '../../base/abort.ts'
import { wordFromNumber, zeroWord } from '../../base/word64.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { TablePlace } from '../l1-table.ts'
import { CountPages } from '../restructure/count-pages.ts'
import { L1Tree } from '../snapshot/l1-tree.ts'
import type { WordTable } from '../word-table.ts'
import { PackedPlaces } from './packed-places.ts'
import { PlaceMap } from './place-map.ts'
import { newPlannedEntry, planEntry, type EntryRules } from './planned-entry.ts'

/** Bytes for references: at two bits a cluster, a thousand million clusters. */
const COUNT_BUDGET = 256 * 2 ** 20
/** Bytes for places of tables and of shared clusters: 64 million of them. */
const PLACE_BUDGET = 512 * 2 ** 20
/** Bytes for compressed clusters of images with snapshots: 13 million of them. */
const PACKED_BUDGET = 512 * 2 ** 20

const anyCount = { least: 0, most: Infinity }

export interface CensusOptions extends OperationContext {
  readonly rules: EntryRules
  /** Of the active state, then of every snapshot. */
  readonly trees: readonly TablePlace[]
  /** Where the L2 tables will lie in the new file, one behind the other. */
  readonly l2Offset: number
}

/**
 * What the trees of an image refer to, counted before anything is carried over: an entry's COPIED flag, and
 * how much room a cluster's refcount leaves, depend on references that come later.
 */
export class TreeCensus {
  /** Host offsets of the L2 tables that go on, in the order in which they will lie. */
  readonly tables: number[] = []
  /** New places by old cluster: of tables, and of data clusters once they have one. */
  readonly places = new PlaceMap(PLACE_BUDGET)
  /** Compressed clusters that may have several references; undefined where no tree shares any. */
  readonly packed: PackedPlaces | undefined
  /** Bytes of guest data to carry over, each once. */
  dataBytes = 0
  /** Bytes of compressed data, sectors that two clusters share counted twice. */
  packedBytes = 0
  readonly #references = new CountPages({ source: () => 0, budget: COUNT_BUDGET })
  readonly #file: BlockFile
  readonly #options: CensusOptions
  readonly #entry = newPlannedEntry()

  private constructor(file: BlockFile, options: CensusOptions) {
    this.#file = file
    this.#options = options
    if (options.trees.length > 1) this.packed = new PackedPlaces(PACKED_BUDGET)
  }

  /** Reads every table. Throws `structure-damaged`, `image-too-large` or `cancelled`. */
  static async take(file: BlockFile, options: CensusOptions): Promise<TreeCensus> {
    const census = new TreeCensus(file, options)
    await census.#countTables()
    await census.#countClusters()
    return census
  }

  /** References to an L2 table or a data cluster, from all trees together. */
  references(offset: number): number {
    return this.#references.get(offset / this.#options.rules.geometry.clusterSize)
  }

  async #countTables(): Promise<void> {
    const { clusterSize } = this.#options.rules.geometry
    for await (const { offset } of this.#l2Offsets()) {
      this.#references.add(offset / clusterSize, 1, 1, anyCount)
    }
  }

  async #countClusters(): Promise<void> {
    const { rules, l2Offset, onProgress } = this.#options
    const { clusterSize } = rules.geometry
    for await (const { tree, offset } of this.#l2Offsets()) {
      const cluster = offset / clusterSize
      if (this.places.has(cluster)) continue
      const isUsed = this.#countTable(tree.readL2(offset), this.references(offset))
      const place = wordFromNumber(l2Offset + this.tables.length * clusterSize)
      this.places.set(cluster, isUsed ? place : zeroWord)
      if (isUsed) this.tables.push(offset)
      onProgress?.({ phase: 'tables', done: this.tables.length, total: 0, unit: 'clusters' })
    }
  }

  /** Counts what a table refers to, `weight` times; whether it says anything at all. */
  #countTable(words: WordTable, weight: number): boolean {
    const { rules } = this.#options
    const { l2Entries, clusterSize } = rules.geometry
    const entry = this.#entry
    let isUsed = false
    for (let index = 0; index < l2Entries; index++) {
      planEntry(words, index, rules, entry)
      if (entry.kind === 'none') continue
      isUsed = true
      if (entry.kind === 'data') {
        const cluster = entry.offset / clusterSize
        if (this.#references.get(cluster) === 0) this.dataBytes += clusterSize
        this.#references.add(cluster, 1, weight, anyCount)
      } else if (entry.kind === 'packed') {
        const isNew = this.packed?.refer(entry.offset, weight) ?? true
        if (isNew) this.packedBytes += entry.length
      }
    }
    return isUsed
  }

  /** Every L2 table of every tree; one that several refer to comes as often. */
  async *#l2Offsets(): AsyncGenerator<{ readonly tree: L1Tree; readonly offset: number }> {
    const { trees, rules, signal, pause } = this.#options
    const breathe = breather(signal, { pause })
    for (const place of trees) {
      throwIfAborted(signal)
      const tree = L1Tree.read(this.#file, rules.geometry, place)
      for (let index = 0; index < tree.entries; index++) {
        const offset = tree.l2OffsetAt(index)
        if (offset !== 0) yield { tree, offset }
        const turn = breathe()
        if (turn !== undefined) await turn
      }
    }
  }
}
