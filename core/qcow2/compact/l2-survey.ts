import type { BitSet } from '../../base/bit-set.ts'
import { endOfRun, isPlain } from '../check/l2-layout.ts'
import { SECTOR } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { compressedOffset, compressedSectors, isCompressed, ZERO_LOW } from '../format/l2-entry.ts'
import type { WordTable } from '../word-table.ts'
import type { ClusterUses } from './cluster-uses.ts'
import { PackedListBuilder, type PackedList } from './packed-list.ts'
import { use } from './survey.ts'
import { unallocatedReadsZero, zeroRuleOf } from './zero-rule.ts'

/** Marks what L2 tables refer to, and finds the tables that say nothing any more. */
export class L2Survey {
  readonly #area: HeaderArea
  readonly #uses: ClusterUses
  /** Data clusters whose entries come to refer to nothing; undefined where none do. */
  readonly #zero: BitSet | undefined
  /** Whether entries of zero clusters say nothing afterwards. */
  readonly #zeroVanishes: boolean
  readonly #readsZeroAnyway: boolean
  readonly #packed = new PackedListBuilder()
  readonly #emptied: number[] = []

  constructor(area: HeaderArea, uses: ClusterUses, zero: BitSet | undefined) {
    this.#area = area
    this.#uses = uses
    const rule = zeroRuleOf(area)
    this.#zero = rule === 'kept' ? undefined : zero
    this.#zeroVanishes = rule === 'unallocated'
    this.#readsZeroAnyway = unallocatedReadsZero(area)
  }

  look(cluster: number, words: WordTable, weight: number): void {
    const saysSomething = this.#area.geometry.hasSubclusters
      ? this.#lookExtended(words, weight)
      : this.#lookStandard(words, weight)
    if (!saysSomething) this.#emptied.push(cluster)
  }

  /** After the last table. */
  finish(breathe: () => Promise<void> | undefined): Promise<PackedList> {
    let allVanish = true
    for (let at = this.#zero?.next(0); at !== undefined; at = this.#zero?.next(at + 1)) {
      if (this.#uses.kindOf(at) === use.data) this.#uses.markZero(at)
      else allVanish = false
    }
    // What is not data stays as it is, and so may an entry that was taken for one without meaning.
    if (allVanish) for (const table of this.#emptied) this.#uses.markEmptied(table)
    return this.#packed.build(breathe)
  }

  #lookStandard(words: WordTable, weight: number): boolean {
    const { clusterSize } = this.#area.geometry
    const halves = new Int32Array(words.buffer, words.byteOffset, words.length)
    let saysSomething = false
    for (let at = 0; at < words.length;) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      const from = at
      at += 2
      if (low === 0 && high === 0) continue
      if (isPlain(low, high, clusterSize)) at = endOfRun(halves, from, clusterSize)
      const entries = (at - from) / 2
      const says = this.#lookAtEntries(low, high, { entries, weight })
      const isPlainZero = entryOffset(high, low) === 0 && (low & ZERO_LOW) !== 0
      if (says && !(isPlainZero && this.#readsZeroAnyway)) saysSomething = true
    }
    return saysSomething
  }

  #lookExtended(words: WordTable, weight: number): boolean {
    let saysSomething = false
    for (let at = 0; at < words.length; at += 4) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      const hasBits = words[at + 2] !== 0 || words[at + 3] !== 0
      if (low === 0 && high === 0) {
        if (hasBits && !this.#readsZeroAnyway) saysSomething = true
        continue
      }
      if (this.#lookAtEntries(low, high, { entries: 1, weight })) saysSomething = true
    }
    return saysSomething
  }

  /** Entries that refer to neighbours; whether they say something once zero clusters are let go of. */
  #lookAtEntries(
    low: number,
    high: number,
    { entries, weight }: { readonly entries: number; readonly weight: number },
  ): boolean {
    const { geometry, dataFileName } = this.#area
    if (dataFileName !== undefined) return true
    if (isCompressed(high)) {
      this.#lookAtPacked(low, high, weight)
      return true
    }
    const offset = entryOffset(high, low)
    if (offset === 0) return true
    const first = offset / geometry.clusterSize
    this.#uses.refer(entries * weight)
    let saysSomething = false
    for (let cluster = first; cluster < first + entries; cluster++) {
      this.#uses.markContent(cluster, use.data)
      if (!this.#zeroVanishes || this.#zero?.has(cluster) !== true) saysSomething = true
    }
    return saysSomething
  }

  #lookAtPacked(low: number, high: number, weight: number): void {
    const { geometry } = this.#area
    const offset = compressedOffset(high, low, geometry)
    const sectors = compressedSectors(high, geometry)
    this.#packed.add(offset, sectors, weight)
    const end = (Math.floor(offset / SECTOR) + sectors) * SECTOR
    const last = Math.ceil(end / geometry.clusterSize) - 1
    for (let cluster = Math.floor(offset / geometry.clusterSize); cluster <= last; cluster++) {
      this.#uses.refer(weight)
      this.#uses.markContent(cluster, use.packed)
    }
  }
}
