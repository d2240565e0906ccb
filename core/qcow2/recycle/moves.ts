import { invariant } from '../../base/assert.ts'
import { entryOffset } from '../format/l1-entry.ts'
import type { EditableTables } from '../tables/editable-tables.ts'
import type { EntryWords } from '../tables/image-tables.ts'
import { hostOffset } from '../../units.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import type { ClusterMap } from './cluster-map.ts'
import { Move, type MoveState } from './move.ts'

/** Bits of an entry's high word that are no part of its offset. */
const FLAGS_HIGH = 0xff00_0000
/** The offset's bits end at 512 bytes; below are flags. */
const FLAGS_LOW = 0x1ff

/** How many clusters came to each state. */
export type MoveCounts = Readonly<Record<Exclude<MoveState, 'copying'>, number>>

/**
 * The moves under way, by guest cluster: as many as one batch has. All of it is synchronous and changes
 * tables, so it runs where tables may be changed.
 */
export class Moves {
  readonly #tables: EditableTables
  readonly #map: ClusterMap
  readonly #byGuest = new Map<number, Move>()
  /** Cancelled, the targets still held: for as long as content is on the way to them. */
  readonly #given = new Set<Move>()
  readonly #onSoiled: (cluster: number) => void
  /** Referred to in memory; the commit makes it true in the file. */
  #referenced: Move[] = []
  readonly #counts = { copied: 0, flushed: 0, referenced: 0, done: 0, cancelled: 0 }

  /** `onSoiled`: a cluster is free that content may have been copied to. */
  constructor(tables: EditableTables, map: ClusterMap, onSoiled: (cluster: number) => void) {
    this.#tables = tables
    this.#map = map
    this.#onSoiled = onSoiled
  }

  get counts(): MoveCounts {
    return this.#counts
  }

  /** Not referred to yet. */
  get size(): number {
    return this.#byGuest.size
  }

  /** Clusters that are held. */
  get held(): number {
    return this.#byGuest.size + this.#given.size
  }

  has(guest: number): boolean {
    return this.#byGuest.has(guest)
  }

  /** Holds the target, which is free. */
  plan(guest: number, source: number, target: number): Move {
    invariant(!this.#byGuest.has(guest), `guest cluster ${guest} moves already`)
    this.#tables.hold(target)
    this.#map.copyInto(target)
    const move = new Move(guest, source, target)
    this.#byGuest.set(guest, move)
    return move
  }

  /** The L2 table of L1 entry `index` goes on in a free cluster: its content is in memory, so this is all. */
  moveTable(index: number, target: number): void {
    this.#map.moving(() => {
      this.#tables.moveL2(index, target)
    })
  }

  /** The content of a move is at its target, unless it was cancelled meanwhile. */
  copied(move: Move): void {
    if (move.state === 'copying') this.#advance(move, 'copied')
  }

  /** A flush begins; what it gives is called when it is done. What is copied meanwhile waits for the next. */
  flushing(): () => void {
    const covered = [...this.#byGuest.values()].filter(({ state }) => state === 'copied')
    return () => {
      for (const move of covered) if (move.state === 'copied') this.#advance(move, 'flushed')
    }
  }

  /**
   * Lets the entries of flushed moves lead to their targets, in memory, where `isUntouched` says that
   * nobody reads or writes the guest cluster now. The sources are free with the next commit.
   */
  reference(isUntouched: (guest: number) => boolean): void {
    for (const move of this.#byGuest.values()) {
      if (move.state === 'flushed' && isUntouched(move.guest)) this.#refer(move)
    }
  }

  /** A commit is done: no table of the file leads to the sources any more. */
  committed(): void {
    for (const move of this.#referenced) this.#advance(move, 'done')
    this.#referenced = []
  }

  /**
   * Gives up the moves of guest clusters `from` to `to` (first one after). They are given up also when it
   * throws, because a target cannot be let go.
   */
  cancelRange(from: number, to: number): void {
    if (this.#byGuest.size === 0) return
    if (to - from > this.#byGuest.size) {
      for (const move of this.#byGuest.values()) {
        if (move.guest >= from && move.guest < to) this.#cancel(move)
      }
    } else {
      for (let guest = from; guest < to; guest++) {
        const move = this.#byGuest.get(guest)
        if (move !== undefined) this.#cancel(move)
      }
    }
    this.letGo()
  }

  cancelAll(): void {
    for (const move of this.#byGuest.values()) this.#cancel(move)
    this.letGo()
  }

  /** Frees the targets of cancelled moves, unless their content is on the way. */
  letGo(): void {
    for (const move of this.#given) {
      if (move.isInFlight) continue
      this.#given.delete(move)
      this.#tables.letGo(move.target)
      this.#onSoiled(move.target)
    }
  }

  #cancel(move: Move): void {
    this.#advance(move, 'cancelled')
    this.#byGuest.delete(move.guest)
    this.#given.add(move)
  }

  #refer(move: Move): void {
    const { clusterSize } = this.#tables.geometry
    this.#tables.entry(move.guest, words)
    const source = hostOffset(move.source * clusterSize)
    // Whoever changed the entry cancelled the move before.
    invariant(entryOffset(words.high, words.low) === source, `entry ${move.guest} moved away`)
    const target = move.target * clusterSize
    words.high = ((words.high & FLAGS_HIGH) | Math.floor(target / HIGH_UNIT)) >>> 0
    words.low = ((words.low & FLAGS_LOW) | (target % HIGH_UNIT)) >>> 0
    this.#map.moving(() => {
      this.#tables.setEntry(move.guest, words)
      this.#tables.unreference({ offset: source, clusters: 1 })
    })
    this.#advance(move, 'referenced')
    this.#byGuest.delete(move.guest)
    this.#referenced.push(move)
  }

  #advance(move: Move, state: Exclude<MoveState, 'copying'>): void {
    move.become(state)
    this.#counts[state]++
  }
}

/** One object for all looks at an entry. */
const words: EntryWords = { high: 0, low: 0, alloc: 0, zeroes: 0 }
