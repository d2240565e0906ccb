import { ceilDiv } from '../../base/bits.ts'
import type { EditableTables } from '../tables/editable-tables.ts'
import { ClusterMap } from './cluster-map.ts'
import { Moves, type MoveCounts } from './moves.ts'
import type { RecyclingPart } from './recyclable-image.ts'
import { noSums, type RecyclerGauges, type RecyclerSums } from './recycler-statistics.ts'
import { Transfers } from './transfers.ts'

export interface HoldingsOptions {
  readonly asserts: boolean
  /** Space that becomes free goes back to the host. */
  readonly discards: () => boolean
  readonly onChange: () => void
  /** What is known is wrong, or cannot be kept up: nothing may be built on it any more. */
  readonly onLost: (cause: unknown) => void
  readonly onClosing: () => void
}

/** Clusters that are held to get zeroes written. */
export interface Erasure {
  readonly first: number
  readonly clusters: number
  /** Nobody lets go of them before that ends. */
  isInFlight: boolean
}

/** What belongs to one set of tables. */
interface Current {
  readonly tables: EditableTables
  readonly map: ClusterMap
  readonly moves: Moves
}

/**
 * What a recycler knows of an open image, and what it holds of it: the part of it that the writer talks
 * to. Anew with each set of tables.
 */
export class Holdings implements RecyclingPart {
  readonly transfers = new Transfers()
  readonly #options: HoldingsOptions
  #current: Current
  readonly #erasures = new Set<Erasure>()
  /** Of tables before these. */
  #earlier: RecyclerSums = noSums
  #earlierUnmapped = 0
  #generation = 0

  /** As `opened`. */
  constructor(tables: EditableTables, options: HoldingsOptions) {
    this.#options = options
    this.#current = this.#open(tables)
  }

  get map(): ClusterMap {
    return this.#current.map
  }

  get moves(): Moves {
    return this.#current.moves
  }

  /** Another number each time that all was given back: plans made before are void. */
  get generation(): number {
    return this.#generation
  }

  get sums(): RecyclerSums {
    const { tables, map, moves } = this.#current
    const now = sumsOf(map, moves.counts, tables.geometry.clusterSize)
    return plus(this.#earlier, now)
  }

  get gauges(): RecyclerGauges {
    const { tables, map } = this.#current
    const { clusterSize } = tables.geometry
    const junk = map.count('junk') * clusterSize
    const erased = map.count('erased') * clusterSize
    const available = map.count('available') * clusterSize
    const roots = map.count('roots') * clusterSize
    const copies = map.count('copies') * clusterSize
    const pendingFree = map.count('pendingFree') * clusterSize
    const known = junk + erased + available + roots + copies + pendingFree
    const used = Math.max(0, map.end * clusterSize - known)
    return { junk, erased, available, roots, copies, pendingFree, used, size: tables.file.size() }
  }

  /** Clusters that lost their last reference since the start, but for those that moved. */
  get unmapped(): number {
    return this.#earlierUnmapped + this.map.unmapped
  }

  opened(tables: EditableTables): void {
    this.#earlier = this.sums
    this.#earlierUnmapped = this.unmapped
    this.#generation++
    try {
      this.#current = this.#open(tables)
    } catch (error) {
      this.#options.onLost(error)
    }
  }

  changing(at: number, end: number): void {
    const { tables, moves } = this.#current
    const { clusterSize } = tables.geometry
    try {
      moves.cancelRange(at / clusterSize, end / clusterSize)
    } catch (error) {
      // The guest's change is none the worse for it; the clusters stay held, and leak at most.
      this.#options.onLost(error)
    }
  }

  async quiet(): Promise<void> {
    this.#generation++
    try {
      this.moves.cancelAll()
    } catch (error) {
      this.#options.onLost(error)
    }
    await this.transfers.settled()
    try {
      this.letGoOfLanded()
    } catch (error) {
      this.#options.onLost(error)
    }
  }

  punched(first: number, clusters: number): void {
    this.map.erased(first, clusters)
  }

  closing(): void {
    this.#options.onClosing()
  }

  /** Holds free clusters, to write zeroes there. */
  holdForErasure(first: number, clusters: number): Erasure {
    const { tables } = this.#current
    const erasure = { first, clusters: 0, isInFlight: false }
    this.#erasures.add(erasure)
    for (; erasure.clusters < clusters; erasure.clusters++) tables.hold(first + erasure.clusters)
    erasure.isInFlight = true
    return erasure
  }

  /** False when it was let go of before, with everything else. */
  endErasure(erasure: Erasure): boolean {
    if (!this.#erasures.delete(erasure)) return false
    const { tables } = this.#current
    const end = erasure.first + erasure.clusters
    for (let cluster = erasure.first; cluster < end; cluster++) tables.letGo(cluster)
    return true
  }

  /** Frees what is held for nothing any more and has no content on the way to it. */
  letGoOfLanded(): void {
    this.moves.letGo()
    for (const erasure of this.#erasures) if (!erasure.isInFlight) this.endErasure(erasure)
  }

  /** With runtime asserts, everything; else nothing is looked at. */
  assertConsistent(): void {
    this.map.assertConsistent()
    const copies = this.map.count('copies')
    const held = this.moves.held
    if (copies === held) return
    throw new TypeError(`invariant broken: ${copies} clusters are copies, ${held} are moved to`)
  }

  #open(tables: EditableTables): Current {
    const { asserts, onChange, onLost, discards } = this.#options
    const map: ClusterMap = new ClusterMap(tables, {
      fileClusters: ceilDiv(tables.file.size(), tables.geometry.clusterSize),
      asserts,
      onChange,
      onFlushing: () => moves.flushing(),
      onCommitted: () => {
        moves.committed()
      },
      onContradiction: (what) => {
        onLost(new TypeError(`invariant broken: ${what}`))
      },
    })
    const moves: Moves = new Moves(tables, map, (cluster) => {
      if (discards()) punch(tables, map, cluster)
    })
    tables.observe(map)
    return { tables, map, moves }
  }
}

/** Gives the host the space of a copy that nobody needs. Where that fails it is free all the same. */
function punch(tables: EditableTables, map: ClusterMap, cluster: number): void {
  const { clusterSize } = tables.geometry
  try {
    const outcome = tables.file.punchHole(cluster * clusterSize, clusterSize)
    if (outcome === 'punched') map.erased(cluster, 1)
  } catch {
    // It holds junk, as the map has it.
  }
}

const sumsOf = (map: ClusterMap, moves: MoveCounts, clusterSize: number): RecyclerSums => ({
  junk: map.entered('junk') * clusterSize,
  erased: map.entered('erased') * clusterSize,
  available: map.entered('available') * clusterSize,
  roots: map.entered('roots') * clusterSize,
  copied: moves.copied * clusterSize,
  flushed: moves.flushed * clusterSize,
  referenced: moves.referenced * clusterSize,
  cancelled: moves.cancelled * clusterSize,
  cut: map.cutOff * clusterSize,
})

const plus = (a: RecyclerSums, b: RecyclerSums): RecyclerSums => ({
  junk: a.junk + b.junk,
  erased: a.erased + b.erased,
  available: a.available + b.available,
  roots: a.roots + b.roots,
  copied: a.copied + b.copied,
  flushed: a.flushed + b.flushed,
  referenced: a.referenced + b.referenced,
  cancelled: a.cancelled + b.cancelled,
  cut: a.cut + b.cut,
})
