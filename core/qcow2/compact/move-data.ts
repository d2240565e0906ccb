import { pow2 } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { SECTOR } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { compressedOffset, compressedSectors, isCompressed } from '../format/l2-entry.ts'
import type { WordTable } from '../word-table.ts'
import { l1Rows } from './l1-rows.ts'
import { l2Slices, type L2Slice } from './l2-slices.ts'
import { referencesTo } from './place-packed.ts'
import type { RoundParts } from './round-parts.ts'
import { use } from './survey.ts'
import { indexOf, lowerBound } from './table-weights.ts'

/**
 * Level 1: guest data, plain and packed. Goes through the L2 tables in the order of the disk, those of all
 * states side by side, copies what they refer to and lets them refer to the copies.
 */
export async function moveData(parts: RoundParts): Promise<void> {
  const { file, round, area, batch, breathe } = parts
  const { singles, packed, layout } = round
  const hasData = singles.sources.some((source) => layout.kinds[source] === use.data)
  if (!hasData && packed.offsets.length === 0) return
  const moves = new DataMoves(parts)
  const wanted = {
    geometry: area.geometry,
    sliceBytes: batch.sliceBytes,
    isWanted: (words: WordTable) => moves.concern(words),
  }
  for (const rows of l1Rows(file, layout.l1Places, layout.clusterSize)) {
    for (const row of rows) {
      for (const slice of l2Slices(file, row, wanted)) {
        // Between two stretches alone: what states share moves in one batch for all of them.
        if (slice === null && batch.isFull) await batch.commit()
        else if (slice !== null) moves.follow(slice)
        const turn = breathe()
        if (turn !== undefined) await turn
      }
      // Most rows may have nothing that moves.
      const turn = breathe()
      if (turn !== undefined) await turn
    }
  }
  await batch.finish()
}

/** Knows what moves, and what has been copied already. */
class DataMoves {
  readonly #parts: RoundParts
  readonly #geometry: Geometry
  /** By index of the source: 1 once it is in a batch. */
  readonly #copied: Uint8Array
  readonly #packedCopied: Uint8Array
  readonly #leastSource: number
  readonly #leastPacked: number

  constructor(parts: RoundParts) {
    const { singles, packed } = parts.round
    this.#parts = parts
    this.#geometry = parts.area.geometry
    this.#copied = new Uint8Array(singles.sources.length)
    this.#packedCopied = new Uint8Array(packed.offsets.length)
    this.#leastSource = (singles.sources[0] ?? Infinity) * this.#geometry.clusterSize
    this.#leastPacked = packed.offsets[0] ?? Infinity
  }

  /** Whether a table may refer to something that moves. */
  concern(words: WordTable): boolean {
    const stride = this.#geometry.l2EntryBytes / 4
    for (let at = 0; at < words.length; at += stride) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      if (isCompressed(high)) {
        if (compressedOffset(high, low, this.#geometry) >= this.#leastPacked) return true
      } else if (entryOffset(high, low) >= this.#leastSource) return true
    }
    return false
  }

  follow({ table, at, words }: L2Slice): void {
    const weight = this.#parts.round.layout.tables.of(table)
    const stride = this.#geometry.l2EntryBytes / 4
    for (let index = 0; index < words.length; index += stride) {
      const low = words[index] ?? 0
      const high = words[index + 1] ?? 0
      if (low === 0 && high === 0) continue
      const entry = { at: at + index * 4, high, low, weight }
      if (isCompressed(high)) this.#followPacked(entry)
      else this.#followPlain(entry)
    }
  }

  #followPlain({ at, high, low, weight }: Entry): void {
    const offset = entryOffset(high, low)
    if (offset < this.#leastSource) return
    const { batch, refcounts, round } = this.#parts
    const { clusterSize } = this.#geometry
    const source = offset / clusterSize
    const index = indexOf(round.singles.sources, source)
    if (index === undefined || round.layout.kinds[source] !== use.data) return
    const to = round.singles.destinations[index] ?? 0
    if (this.#copied[index] === 0) {
      this.#copied[index] = 1
      batch.copy(offset, to * clusterSize, clusterSize)
      batch.count(to, refcounts.get(source))
    }
    batch.patches.refer(at, to * clusterSize, 'l2-table')
    batch.leave(source, weight)
  }

  #followPacked({ at, high, low, weight }: Entry): void {
    const offset = compressedOffset(high, low, this.#geometry)
    if (offset < this.#leastPacked) return
    const { batch, round } = this.#parts
    const index = indexOf(round.packed.offsets, offset)
    if (index === undefined) return
    const place = round.packed.places[index] ?? 0
    if (this.#packedCopied[index] === 0) {
      this.#packedCopied[index] = 1
      this.#copyPacked(offset, place, round.packed.sectors[index] ?? 0)
    }
    const unit = pow2(this.#geometry.compressedOffsetBits - 32)
    const flags = high - (high % unit)
    batch.patches.set(at, flags + Math.floor(place / HIGH_UNIT), place % HIGH_UNIT, 'l2-table')
    const sectors = compressedSectors(high, this.#geometry)
    for (const cluster of this.#clustersOf(offset, sectors)) batch.leavePacked(cluster, weight)
  }

  /** With the references of all descriptors, for they all follow. */
  #copyPacked(offset: number, place: number, sectors: number): void {
    const { batch, round } = this.#parts
    const from = Math.floor(offset / SECTOR)
    const to = Math.floor(place / SECTOR)
    batch.copy(from * SECTOR, to * SECTOR, sectors * SECTOR)
    const entry = lowerBound(round.layout.packed.offsets, offset)
    for (const cluster of this.#clustersOf(place, sectors)) {
      batch.countMore(cluster, referencesTo(round.layout, { entry, at: to, cluster }))
    }
  }

  /** Host clusters that so many sectors from that of a host offset on touch. */
  *#clustersOf(offset: number, sectors: number): Generator<number> {
    const { clusterSize } = this.#geometry
    const end = (Math.floor(offset / SECTOR) + sectors) * SECTOR
    for (let cluster = Math.floor(offset / clusterSize); cluster * clusterSize < end; cluster++) {
      yield cluster
    }
  }
}

interface Entry {
  /** Host offset of the entry. */
  readonly at: number
  readonly high: number
  readonly low: number
  /** Of the table. */
  readonly weight: number
}
