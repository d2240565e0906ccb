import type { BitmapEntry } from '../format/bitmap-directory.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { readBitmaps } from '../bitmap-list.ts'
import { readWordTable } from '../word-table.ts'
import { hostOffset } from '../../units.ts'
import { l1Rows } from './l1-rows.ts'
import type { RoundParts } from './round-parts.ts'
import { use, type Use } from './survey.ts'
import { indexOf } from './table-weights.ts'

/** Entries of a bitmap's table that are looked at at once. */
const bitmapEntries = 64 * 1024

/** Level 2: bits of bitmaps, one cluster each. */
export async function moveBitmapData(parts: RoundParts): Promise<void> {
  if (!movesAny(parts, use.bitmapData)) return
  const { file, area } = parts
  const moves = new SingleReferences(parts, use.bitmapData)
  for (const { tableOffset, tableSize } of readBitmaps(file, area) satisfies BitmapEntry[]) {
    for (let first = 0; first < tableSize; first += bitmapEntries) {
      const start = tableOffset + first * 8
      const entries = Math.min(bitmapEntries, tableSize - first)
      const words = readWordTable(file, { at: start, entries, tag: 'bitmap' })
      for (let index = 0; index < entries; index++) {
        const offset = entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0)
        if (offset === 0) continue
        const at = start + index * 8
        moves.follow({ at, cluster: offset / parts.round.layout.clusterSize, weight: 1 }, 'bitmap')
        await moves.commitWhenFull()
      }
    }
  }
  await parts.batch.finish()
}

/** Level 3: L2 tables. Their entries are as they will be, for data has moved before. */
export async function moveTables(parts: RoundParts): Promise<void> {
  if (!movesAny(parts, use.l2)) return
  const { file, round } = parts
  const moves = new SingleReferences(parts, use.l2)
  for (const rows of l1Rows(file, round.layout.l1Places, round.layout.clusterSize)) {
    for (const row of rows) {
      for (const { at, table, weight } of row) {
        moves.follow({ at, cluster: table, weight }, 'l1-table')
      }
      // Between two rows alone: a table that states share moves in one batch for all of them.
      await moves.commitWhenFull()
    }
  }
  await parts.batch.finish()
}

/** Refcount blocks that move together: they wait in memory, whole. */
const blocksAtOnce = 256

/**
 * Level 4: refcount blocks. A block is a copy that goes on changing, so the places are counted, and that
 * is durable, before any of them is written anew: whatever subset of the table's entries a power cut
 * keeps, the blocks that it leads to count all places.
 */
export async function moveRefcountBlocks(parts: RoundParts): Promise<void> {
  if (!movesAny(parts, use.refcountBlock)) return
  const { file, refcounts, round, breathe } = parts
  const { singles, layout } = round
  const moving: { readonly block: number; readonly from: number; readonly to: number }[] = []
  const moveAll = async () => {
    for (const { to } of moving) refcounts.set(to, 1)
    refcounts.writeBlocks()
    await file.flush()
    refcounts.committed()
    for (const { block, to } of moving) {
      refcounts.moveBlockTo(block, hostOffset(to * layout.clusterSize))
    }
    refcounts.writeBlocks()
    await file.flush()
    refcounts.writeTableEntries()
    await file.flush()
    refcounts.committed()
    for (const { from } of moving) refcounts.set(from, 0)
    moving.length = 0
  }
  for (let block = 0; block < round.blocks; block++) {
    const from = layout.refcountBlocks[block] ?? 0
    const index = from === 0 ? undefined : indexOf(singles.sources, from)
    if (index === undefined) continue
    moving.push({ block, from, to: singles.destinations[index] ?? 0 })
    if (moving.length < blocksAtOnce) continue
    await moveAll()
    await breathe()
  }
  if (moving.length > 0) await moveAll()
}

const movesAny = ({ round: { singles, layout } }: RoundParts, kind: Use): boolean =>
  singles.sources.some((source) => layout.kinds[source] === kind)

/** One entry that refers to a cluster. */
interface SingleReference {
  /** Host offset of the entry. */
  readonly at: number
  readonly cluster: number
  readonly weight: number
}

/** Lets entries follow clusters of one kind, and has those copied. */
class SingleReferences {
  readonly #parts: RoundParts
  readonly #kind: Use
  /** By index of the source: 1 once it is in a batch. */
  readonly #copied: Uint8Array

  constructor(parts: RoundParts, kind: Use) {
    this.#parts = parts
    this.#kind = kind
    this.#copied = new Uint8Array(parts.round.singles.sources.length)
  }

  follow({ at, cluster, weight }: SingleReference, tag: 'bitmap' | 'l1-table'): void {
    const { batch, refcounts, round } = this.#parts
    const { kinds, clusterSize } = round.layout
    const index = indexOf(round.singles.sources, cluster)
    if (index === undefined || kinds[cluster] !== this.#kind) return
    const to = round.singles.destinations[index] ?? 0
    if (this.#copied[index] === 0) {
      this.#copied[index] = 1
      batch.copy(cluster * clusterSize, to * clusterSize, clusterSize)
      batch.count(to, refcounts.get(cluster))
    }
    batch.patches.refer(at, to * clusterSize, tag)
    batch.leave(cluster, weight)
  }

  async commitWhenFull(): Promise<void> {
    const { batch, breathe } = this.#parts
    if (batch.isFull) await batch.commit()
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}
