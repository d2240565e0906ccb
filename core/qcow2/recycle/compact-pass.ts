import { ceilDiv } from '../../base/bits.ts'
import type { Clock } from '../../base/clock.ts'
import type { EditableTables } from '../tables/editable-tables.ts'
import type { BatchSize } from './batch-size.ts'
import type { Holdings } from './holdings.ts'
import { copyBatch } from './move-batch.ts'
import type { Move } from './move.ts'
import type { RecyclableImage } from './recyclable-image.ts'
import { ownCluster, type Sources } from './sources.ts'

/** L2 tables that one batch moves at most: all of them wait in memory for the commit. */
const TABLE_BYTES = 4 * 1024 * 1024
/** Tables that one step looks at, and their bytes: it is synchronous, and everybody waits for it. */
const LOOKS = 32
const LOOK_BYTES = 2 * 1024 * 1024

export interface PassParts {
  readonly image: RecyclableImage
  readonly holdings: Holdings
  readonly clock: Clock
  readonly size: BatchSize
  /** Resolves when the pass may go on; throws when it is to end. */
  readonly mayGoOn: () => Promise<void>
  /** So many clusters have a new place since the last call. */
  readonly onMoved: (clusters: number) => void
}

/** How a pass ended: moved what it could, or was interrupted because the image as a whole changed. */
export interface PassOutcome {
  /** Clusters that have a new place. */
  readonly moved: number
  /** Some could not move because the guest was at them, or because there was no room left. */
  readonly missed: boolean
}

/**
 * Moves what `sources` names, batch by batch:
 *
 *     plan       targets are held; nobody reads or changes the guest clusters at this moment
 *     copy       holds nothing; a change of a guest cluster cancels its move
 *     flush      the files, while the guest goes on
 *     refer      entries lead to the copies, where nobody is at the guest cluster
 *     commit     references are durable, and the old places free
 */
export class CompactPass {
  readonly #parts: PassParts
  readonly #sources: Sources
  readonly #tables: EditableTables
  readonly #generation: number
  #moved = 0
  #missed = false
  /** Next to look at: the how-manieth table of the sources, and its entry. */
  #table = 0
  #entry = 0

  /** Plans made for `sources` must be of the generation that the holdings have now. */
  constructor(parts: PassParts, sources: Sources) {
    this.#parts = parts
    this.#sources = sources
    this.#tables = parts.image.tables
    this.#generation = parts.holdings.generation
  }

  async run(): Promise<PassOutcome> {
    const { image, holdings, clock, size, mayGoOn } = this.#parts
    const { cancelled } = holdings.moves.counts
    await image.announce()
    while (this.#isCurrent && this.#table < this.#sources.tables.length) {
      await mayGoOn()
      const before = this.#moved
      const batch = await image.step(() => this.#plan())
      if (batch.length === 0 && this.#moved === before) continue
      await copyBatch(batch, { tables: this.#tables, holdings }, mayGoOn)
      const started = clock.now()
      await image.flushFiles()
      await this.#refer()
      await image.commit()
      size.took(clock.now() - started)
    }
    await this.#finish()
    const wasCancelled = holdings.moves.counts.cancelled > cancelled
    const missed = this.#missed || wasCancelled || !this.#isCurrent
    return { moved: this.#moved, missed }
  }

  get #isCurrent(): boolean {
    return this.#generation === this.#parts.holdings.generation
  }

  /** Gives up the moves that the guest was in the way of to the end. */
  async #finish(): Promise<void> {
    const { image, holdings } = this.#parts
    if (holdings.moves.held === 0) return
    await this.#refer()
    await image.commit()
    await image.step(() => {
      holdings.moves.cancelAll()
    })
  }

  #refer(): Promise<void> {
    const { image, holdings } = this.#parts
    const { clusterSize } = this.#tables.geometry
    return image.step(() => {
      if (!this.#isCurrent) return
      const { moves } = holdings
      const before = moves.counts.referenced
      moves.letGo()
      moves.reference((guest) => image.isUntouched(guest * clusterSize, (guest + 1) * clusterSize))
      this.#count(moves.counts.referenced - before)
    })
  }

  #count(clusters: number): void {
    this.#moved += clusters
    this.#parts.onMoved(clusters)
  }

  /** Plans one batch, and moves the tables that it meets. */
  #plan(): Move[] {
    const batch: Move[] = []
    if (!this.#isCurrent) return batch
    const { clusterSize, l2Entries } = this.#tables.geometry
    const { tables: indices, boundary } = this.#sources
    const room = Math.max(1, Math.floor(this.#parts.size.bytes / clusterSize))
    let tablesLeft = ceilDiv(TABLE_BYTES, clusterSize)
    const looks = Math.min(LOOKS, Math.max(1, Math.floor(LOOK_BYTES / clusterSize)))
    const end = Math.min(indices.length, this.#table + looks)
    for (; this.#table < end; this.#table++, this.#entry = 0) {
      const index = indices[this.#table] ?? 0
      const offset = this.#tables.l1.l2OffsetAt(index)
      // The guest may have dropped it, or shared it since.
      if (offset === 0 || !this.#tables.l1.isCopied(index)) continue
      if (tablesLeft === 0) return batch
      if (this.#entry === 0 && offset / clusterSize >= boundary && this.#moveTable(index)) {
        tablesLeft--
      }
      if (this.#tables.area.dataFileName !== undefined) continue
      const words = this.#tables.peekL2(this.#tables.l1.l2OffsetAt(index))
      for (; this.#entry < l2Entries; this.#entry++) {
        const source = ownCluster(words, this.#entry, this.#tables.geometry)
        if (source < boundary) continue
        if (batch.length >= room) return batch
        const move = this.#planMove(index * l2Entries + this.#entry, source)
        if (move !== undefined) batch.push(move)
      }
    }
    return batch
  }

  #moveTable(index: number): boolean {
    const target = this.#target()
    if (target === undefined) return false
    this.#parts.holdings.moves.moveTable(index, target)
    this.#count(1)
    return true
  }

  #planMove(guest: number, source: number): Move | undefined {
    const { image, holdings } = this.#parts
    const { clusterSize } = this.#tables.geometry
    const { map, moves } = holdings
    if (moves.has(guest) || map.standing(source) !== 'used') return undefined
    // Who changes it now would not cancel a move that begins now.
    const isFree = image.isUntouched(guest * clusterSize, (guest + 1) * clusterSize)
    const target = isFree && this.#tables.refcount(source) === 1 ? this.#target() : undefined
    if (target !== undefined) return moves.plan(guest, source, target)
    this.#missed = true
    return undefined
  }

  /** The lowest free cluster before the boundary that can be held. */
  #target(): number | undefined {
    const { map } = this.#parts.holdings
    for (let at = map.firstFree(0); at !== -1; at = map.firstFree(at + 1)) {
      if (at >= this.#sources.boundary) return undefined
      if (this.#tables.isCounted(at)) return at
    }
    return undefined
  }
}
