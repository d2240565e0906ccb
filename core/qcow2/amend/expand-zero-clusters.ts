import { breather } from '../../base/abort.ts'
import { isAligned } from '../../base/bits.ts'
import { wordFromNumber } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { ZERO_LOW } from '../format/l2-entry.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import {
  activeTree,
  exchangeActiveL1,
  l1Clusters,
  snapshotTree,
  writeSnapshotL1,
} from '../snapshot/active-tree.ts'
import { setFlags } from '../snapshot/copied-flags.ts'
import { L1Tree } from '../snapshot/l1-tree.ts'
import { settleFlags } from '../snapshot/settle-flags.ts'
import { SnapshotList } from '../snapshot/snapshot-list.ts'
import { EditableTables } from '../tables/editable-tables.ts'
import { fileBytesOf, type WordTable } from '../word-table.ts'
import { hasZeroFlag } from './zero-flags.ts'

export interface ExpandOptions extends OperationContext {
  /** Clusters with the flag, for progress. */
  readonly total: number
}

/**
 * Makes every cluster that reads as zeroes by its flag do so without, in the active state and in all
 * snapshots (as qcow2_expand_zero_clusters does): unallocated where no backing file lies below, else a
 * cluster that is written full of zeroes.
 *
 * One change of the structure (Restructure): the L2 tables without flags and the L1 tables that refer to
 * them are new ones, and one sector switches to all of them. What is written in place before that are
 * zeroes, into clusters that nobody reads but by the flag; so at any moment everybody reads zeroes.
 *
 * For images without extended L2 entries and without a data file. The caller holds the file, which is
 * neither dirty nor corrupt. Throws as Restructure, `structure-damaged` and `overlap-refused`.
 */
export async function expandZeroClusters(
  file: WritableFile,
  area: HeaderArea,
  options: ExpandOptions,
): Promise<HeaderArea> {
  const snapshots = new SnapshotList(file, area)
  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const expansion = new Expansion(file, area, change, options)
  await expansion.find([
    () => activeTree(file, area),
    ...snapshots.entries.map((entry) => () => snapshotTree(file, area, entry)),
  ])
  await expansion.expandAll()

  const entries: SnapshotEntry[] = []
  for (const entry of snapshots.entries) {
    const tree = snapshotTree(file, area, entry)
    const l1 = expansion.movedL1(tree)
    if (l1 === undefined) entries.push(entry)
    else {
      const { clusterSize } = area.geometry
      change.remove(entry.l1TableOffset, l1Clusters(entry.l1Size, clusterSize))
      entries.push({ ...entry, ...writeSnapshotL1(change, l1, clusterSize) })
    }
  }
  const isTableSame = entries.every((entry, index) => entry === snapshots.entries[index])
  const active = activeTree(file, area)
  const { geometry } = area
  // Clusters that a table no longer refers to may have one owner now: their flags in other tables change.
  const moved = L1Tree.of(file, geometry, expansion.movedL1(active) ?? active.l1)
  const l1 = await settleFlags(change, moved, { ...options, geometry })
  return await change.commit({
    ...exchangeActiveL1(change, area, active, l1),
    ...(isTableSame ? {} : snapshots.replace(change, entries)),
  })
}

/** The L2 tables with flags, and what becomes of them. */
class Expansion {
  readonly #file: WritableFile
  readonly #area: HeaderArea
  readonly #change: Restructure
  readonly #options: ExpandOptions
  readonly #zeroes: Uint8Array
  /** Only for its look at metadata before data is written. */
  readonly #guard: EditableTables
  /** How many L1 entries refer to each table with flags, by host offset. */
  readonly #uses = new Map<number, number>()
  /** Where the table without flags is. */
  readonly #moved = new Map<number, HostOffset>()
  readonly #breathe: () => Promise<void> | undefined
  #done = 0

  constructor(file: WritableFile, area: HeaderArea, change: Restructure, options: ExpandOptions) {
    this.#file = file
    this.#area = area
    this.#change = change
    this.#options = options
    this.#zeroes = new Uint8Array(area.geometry.clusterSize)
    this.#guard = EditableTables.open(file, area)
    this.#breathe = breather(options.signal, { pause: options.pause })
  }

  /** Looks at every L2 table once. The trees are read one after the other: each can have 32 MiB. */
  async find(trees: readonly (() => L1Tree)[]): Promise<void> {
    const plain = new Set<number>()
    for (const read of trees) {
      const tree = read()
      for (let index = 0; index < tree.entries; index++) {
        const offset = tree.l2OffsetAt(index)
        if (offset === 0 || plain.has(offset)) continue
        const uses = this.#uses.get(offset)
        if (uses === undefined && !this.#hasFlags(tree.readL2(offset))) plain.add(offset)
        else this.#uses.set(offset, (uses ?? 0) + 1)
        await this.#breathe()
      }
    }
  }

  async expandAll(): Promise<void> {
    const { geometry } = this.#area
    const tables = L1Tree.of(this.#file, geometry, new Uint32Array(0))
    for (const [offset, uses] of this.#uses) {
      const words = tables.readL2(offset)
      for (let index = 0; index < geometry.l2Entries; index++) {
        if (hasZeroFlag(words, index)) await this.#expand(words, index, uses)
      }
      const place = this.#reserve(uses)
      this.#change.remove(offset, 1, uses)
      setFlags(words, geometry, this.#change)
      this.#change.write({ offset: place, clusters: 1 }, fileBytesOf(words), 'l2-table')
      this.#moved.set(offset, place)
    }
  }

  /** An L1 table that refers to the new tables, its COPIED flags not settled; undefined: as it was. */
  movedL1(tree: L1Tree): WordTable | undefined {
    let l1: WordTable | undefined
    for (let index = 0; index < tree.entries; index++) {
      const place = this.#moved.get(tree.l2OffsetAt(index))
      if (place === undefined) continue
      l1 ??= tree.l1.slice()
      putOffset(l1, index, place)
    }
    return l1
  }

  /** Takes the flag from one entry of a table that `uses` L1 entries refer to. */
  async #expand(words: WordTable, index: number, uses: number): Promise<void> {
    const { clusterSize } = this.#area.geometry
    const change = this.#change
    const offset = entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0)
    if (!isAligned(offset, clusterSize)) throw this.#unaligned(offset)
    // All of its references come through this table, so all of them have the flag.
    const isOwn = offset !== 0 && change.count(offset / clusterSize) === uses
    if (isOwn) {
      await this.#guard.writeData(this.#zeroes, hostOffset(offset), 'data')
      words[2 * index] = (words[2 * index] ?? 0) - ZERO_LOW
    } else {
      const hasBacking = this.#area.backingName !== undefined
      const place = hasBacking ? this.#reserve(uses) : hostOffset(0)
      if (hasBacking) change.write({ offset: place, clusters: 1 }, this.#zeroes, 'data')
      if (offset !== 0) change.remove(offset, 1, uses)
      putOffset(words, index, place)
    }
    this.#done++
    const { onProgress, total } = this.#options
    onProgress?.({ phase: 'zeroes', done: this.#done, total, unit: 'clusters' })
    await this.#breathe()
  }

  /** A new cluster with that many references. */
  #reserve(references: number): HostOffset {
    const { offset } = this.#change.reserve(1)
    if (references > 1) this.#change.add(offset, 1, references - 1)
    return offset
  }

  #hasFlags(words: WordTable): boolean {
    for (let index = 0; index < this.#area.geometry.l2Entries; index++) {
      if (hasZeroFlag(words, index)) return true
    }
    return false
  }

  #unaligned(offset: number): ImageError {
    return new ImageError('structure-damaged', {
      path: this.#file.name,
      structure: 'L2 table entry',
      offset,
      found: 'a host offset inside a cluster',
      expected: `a multiple of ${this.#area.geometry.clusterSize}`,
    })
  }
}

/** An entry that is an offset and nothing else. */
function putOffset(words: WordTable, index: number, offset: HostOffset): void {
  const { high, low } = wordFromNumber(offset)
  words[2 * index] = low
  words[2 * index + 1] = high
}
