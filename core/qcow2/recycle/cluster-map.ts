import { ClusterSet } from './cluster-set.ts'
import type { TableObserver } from '../tables/table-observer.ts'

/**
 * What is known of a host cluster inside the file:
 *
 * - `junk`: free, its content arbitrary;
 * - `erased`: free, zeroes were written that are not durable yet;
 * - `available`: free, its zeroes are durable, so the allocator may promise them;
 * - `copies`: held for the copy of a cluster that moves;
 * - `roots`: given out, or held to be erased; nothing refers to it yet;
 * - `pendingFree`: nothing in memory refers to it any more, the file may; free with the next commit;
 * - `used`: something refers to it (or leaked it: a count is believed).
 */
export type Standing =
  'junk' | 'erased' | 'available' | 'copies' | 'roots' | 'pendingFree' | 'used' | 'outside'

type SetName = Exclude<Standing, 'used' | 'outside'>

const setNames = ['junk', 'erased', 'available', 'copies', 'roots', 'pendingFree'] as const

/** What the map asks of the tables it is told about. */
export interface CountedTables {
  refcount(cluster: number): number
  freeRuns(end: number): Iterable<{ readonly first: number; readonly clusters: number }>
  lastCounted(): number
  isCounted(cluster: number): boolean
}

export interface ClusterMapOptions {
  /** Clusters of the file, the last one perhaps cut. */
  readonly fileClusters: number
  /** Compares the whole map with the tables after every transition: for tests, it takes long. */
  readonly asserts: boolean
  /** A flush begins; what it gives is called when it is done. */
  readonly onFlushing: () => () => void
  readonly onCommitted: () => void
  /** Something changed: somebody may find work. */
  readonly onChange: () => void
  /** The tables did what they cannot do; the map is of no use from then on. Not called with `asserts`. */
  readonly onContradiction: (what: string) => void
}

/**
 * Which clusters of an open image are free, in what state, and which wait to become free: six sets of
 * which each cluster is in one at most, kept by what the tables tell. A page of 4 KiB for each 32,768
 * clusters and set that has any.
 *
 *     free: junk ──▶ erased ──▶ available              any of them ──▶ roots ──▶ used
 *            ▲ ▲                                                    ▲    │ ▼        │
 *            │ └─────────────── given back ─────────────────────────┼────┘ copies ─▶┤
 *            └───────────────── commit ───── pendingFree ◀──────────┼───────────────┘
 *                                                └── packed data ───┘
 *
 * Every other transition is a contradiction.
 */
export class ClusterMap implements TableObserver {
  readonly #tables: CountedTables
  readonly #options: ClusterMapOptions
  readonly #sets: Readonly<Record<SetName, ClusterSet>> = {
    junk: new ClusterSet(),
    erased: new ClusterSet(),
    available: new ClusterSet(),
    copies: new ClusterSet(),
    roots: new ClusterSet(),
    pendingFree: new ClusterSet(),
  }
  readonly #entered: Record<SetName, number> = {
    junk: 0,
    erased: 0,
    available: 0,
    copies: 0,
    roots: 0,
    pendingFree: 0,
  }
  /** References that are gone and wait for the commit, where that is not simply the only one there was. */
  readonly #gone = new Map<number, number>()
  /** Erased clusters that each flush under way makes durable. */
  readonly #flushes = new Set<ClusterSet>()
  /** See `end`. */
  #end: number
  /** No cluster from here on is in use. */
  #top: number
  #unmapped = 0
  #cut = 0
  #isMoving = false
  #isLost = false

  /** Nothing of the tables may wait for a commit. */
  constructor(tables: CountedTables, options: ClusterMapOptions) {
    this.#tables = tables
    this.#options = options
    this.#end = Math.max(options.fileClusters, tables.lastCounted() + 1)
    this.#top = this.#end
    for (const { first, clusters } of tables.freeRuns(this.#end)) {
      this.#sets.junk.addRun(first, clusters)
    }
    this.#check()
  }

  /** Clusters in a state now. */
  count(name: SetName): number {
    return this.#sets[name].size
  }

  /** How many clusters entered a state; those that were free from the start are not counted. */
  entered(name: SetName): number {
    return this.#entered[name]
  }

  /** Free now, whatever they hold. */
  get free(): number {
    const { junk, erased, available } = this.#sets
    return junk.size + erased.size + available.size
  }

  /** Clusters that lost their last reference, but for those that moved. */
  get unmapped(): number {
    return this.#unmapped
  }

  /** Clusters that were cut off the file. */
  get cutOff(): number {
    return this.#cut
  }

  /** Beyond it nothing is known; it is free, and what is there was never written. */
  get end(): number {
    return this.#end
  }

  /** First cluster after the last one that is not free. */
  get top(): number {
    const { junk, erased, available } = this.#sets
    this.#top = ClusterSet.lastOutside([junk, erased, available], this.#top) + 1
    return this.#top
  }

  standing(cluster: number): Standing {
    // Asked for every cluster that a guest writes or discards.
    for (const name of setNames) if (this.#sets[name].has(cluster)) return name
    return cluster < this.#end ? 'used' : 'outside'
  }

  /** The first free cluster from `from` on, -1 when there is none. */
  firstFree(from: number): number {
    const { junk, erased, available } = this.#sets
    let first = -1
    for (const set of [junk, erased, available]) {
      const found = set.first(from)
      if (found !== -1 && (first === -1 || found < first)) first = found
    }
    return first
  }

  /** The lowest run of junk from `from` on, of at most `limit` clusters. */
  firstJunk(from: number, limit: number): { first: number; clusters: number } | undefined {
    return runOf(this.#sets.junk, from, limit)
  }

  // What the recycler does.

  /** A cluster that was given out will hold the copy of another. */
  copyInto(cluster: number): void {
    const from = this.standing(cluster)
    if (this.#must(from === 'roots', `to be copied to in ${from}`, cluster)) {
      this.#move(cluster, from, 'copies')
      this.#entered.roots--
    }
    this.#changed()
  }

  /** Free clusters were made to hold zeroes, not durably yet. */
  erased(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const from = this.standing(cluster)
      // What was erased before is so again: its latest zeroes are the ones to wait for.
      if (this.#must(isFreeStanding(from), `erased in ${from}`, cluster)) {
        this.#move(cluster, from, 'erased')
      }
    }
    this.#changed()
  }

  /** Runs what refers to copies instead of their sources: those are not unmapped by anybody. */
  moving(work: () => void): void {
    this.#isMoving = true
    try {
      work()
    } finally {
      this.#isMoving = false
    }
  }

  // What the tables tell.

  reserved(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const from = this.standing(cluster)
      const isFree = isFreeStanding(from) || from === 'outside'
      if (this.#must(isFree, `given out in ${from}`, cluster)) this.#move(cluster, from, 'roots')
    }
    this.#changed()
  }

  countRaised(cluster: number): void {
    if (this.#sets.pendingFree.has(cluster)) {
      this.#gone.set(cluster, this.#goneOf(cluster))
      this.#move(cluster, 'pendingFree', 'roots')
    }
    this.#changed()
  }

  linked(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const from = this.standing(cluster)
      if (from === 'used') continue
      const isHeld = from === 'roots' || from === 'copies'
      if (this.#must(isHeld, `referred to in ${from}`, cluster)) this.#move(cluster, from, 'used')
    }
    this.#changed()
  }

  unreserved(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const from = this.standing(cluster)
      const isGivenOut = from === 'roots' || from === 'copies' || from === 'used'
      if (!this.#must(isGivenOut, `given back in ${from}`, cluster)) continue
      const count = this.#tables.refcount(cluster)
      // A cluster of packed data may be counted for others still, or for what is gone.
      if (count === 0) this.#move(cluster, from, 'junk')
      else if (this.#goneOf(cluster) >= count) this.#move(cluster, from, 'pendingFree')
    }
    this.#changed()
  }

  unreferenced(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const from = this.standing(cluster)
      const isKnown = from === 'used' || from === 'pendingFree' || from === 'roots'
      if (!this.#must(isKnown, `lost a reference in ${from}`, cluster)) continue
      const gone = this.#goneOf(cluster) + 1
      const isLast = gone >= this.#tables.refcount(cluster)
      if (isLast && from !== 'pendingFree') {
        this.#move(cluster, from, 'pendingFree')
        if (!this.#isMoving) this.#unmapped++
      }
      if (!isLast || gone > 1) this.#gone.set(cluster, gone)
    }
    this.#changed()
  }

  released(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      const gone = this.#goneOf(cluster) - 1
      if (gone > 0) this.#gone.set(cluster, gone)
      else this.#gone.delete(cluster)
      const from = this.standing(cluster)
      if (this.#tables.refcount(cluster) > 0 || from === 'junk') continue
      if (this.#must(from === 'pendingFree', `free in ${from}`, cluster)) {
        this.#move(cluster, from, 'junk')
      }
    }
    this.#changed()
  }

  cut(end: number): void {
    const { junk, erased, available } = this.#sets
    const free = [junk, erased, available]
    const count = free.reduce((sum, set) => sum + set.countFrom(end), 0)
    const clusters = Math.max(0, this.#end - end)
    if (count !== clusters) this.#cannotCut(end)
    else if (!this.#isLost) {
      for (const set of [...free, ...this.#flushes]) set.deleteFrom(end)
      this.#cut += clusters
    }
    this.#end = Math.min(this.#end, end)
    this.#top = Math.min(this.#top, end)
    this.#changed()
  }

  flushing(): () => void {
    const others = this.#options.onFlushing()
    if (this.#sets.erased.size === 0) return others
    const covered = this.#sets.erased.copy()
    this.#flushes.add(covered)
    return () => {
      others()
      this.#flushes.delete(covered)
      if (this.#isLost) return
      for (const cluster of covered) this.#move(cluster, 'erased', 'available')
      this.#changed()
    }
  }

  committed(): void {
    this.#options.onCommitted()
    this.#changed()
  }

  zeroed(clusters: number): { readonly first: number; readonly clusters: number } | undefined {
    const run = this.#isLost ? undefined : runOf(this.#sets.available, 0, clusters)
    if (run === undefined) return undefined
    // Where no refcount block counts, the allocator has to make one first: it looks for the lowest then.
    let end = run.first
    while (end < run.first + run.clusters && this.#tables.isCounted(end)) end++
    return end === run.first ? undefined : { first: run.first, clusters: end - run.first }
  }

  /** Throws when the map contradicts itself or the counts. */
  assertConsistent(): void {
    if (this.#isLost) return
    for (let cluster = 0; cluster < this.#end; cluster++) {
      const names = setNames.filter((name) => this.#sets[name].has(cluster))
      if (names.length > 1) throw broken(cluster, `in ${names.join(' and ')}`)
      const count = this.#tables.refcount(cluster)
      const standing = names[0] ?? 'used'
      if (isFreeStanding(standing) && count > 0) throw broken(cluster, `${standing}, counted`)
      // A refcount block that is dropped from the table counted itself: nothing counts it any more.
      const mustCount = !isFreeStanding(standing) && this.#tables.isCounted(cluster)
      if (mustCount && count === 0) throw broken(cluster, `${standing}, not counted`)
      if (cluster >= this.top && !isFreeStanding(standing)) {
        throw broken(cluster, `${standing}, past the last one that is`)
      }
    }
    for (const name of setNames) {
      for (const cluster of this.#sets[name]) {
        if (cluster >= this.#end) throw broken(cluster, `${name}, past the end`)
      }
    }
  }

  /** Says which of the clusters from `end` on is not free. */
  #cannotCut(end: number): void {
    let cluster = end
    while (cluster < this.#end - 1 && isFreeStanding(this.standing(cluster))) cluster++
    this.#must(false, `cut off in ${this.standing(cluster)}`, cluster)
  }

  #goneOf(cluster: number): number {
    return this.#gone.get(cluster) ?? (this.#sets.pendingFree.has(cluster) ? 1 : 0)
  }

  #move(cluster: number, from: Standing, to: Standing): void {
    if (from !== 'used' && from !== 'outside') this.#sets[from].delete(cluster)
    if (from === 'erased') {
      // It has other content by the time the flush ends, or newer zeroes.
      for (const covered of this.#flushes) covered.delete(cluster)
    }
    if (cluster >= this.#end && to !== 'outside') this.#growTo(cluster + 1)
    if (to !== 'used' && to !== 'outside') {
      this.#sets[to].add(cluster)
      this.#entered[to]++
    }
    if (to !== 'outside' && !isFreeStanding(to)) this.#top = Math.max(this.#top, cluster + 1)
  }

  /** Clusters that are skipped on the way are free, and nobody promises what they hold. */
  #growTo(end: number): void {
    for (let cluster = this.#end; cluster < end - 1; cluster++) this.#sets.junk.add(cluster)
    this.#end = end
  }

  #changed(): void {
    if (this.#isLost) return
    this.#check()
    this.#options.onChange()
  }

  #check(): void {
    if (this.#options.asserts) this.assertConsistent()
  }

  #must(condition: boolean, what: string, cluster: number): boolean {
    if (this.#isLost) return false
    if (condition) return true
    if (this.#options.asserts) throw broken(cluster, what)
    this.#isLost = true
    this.#options.onContradiction(`cluster ${cluster}, ${what}`)
    return false
  }
}

const isFreeStanding = (standing: Standing): boolean =>
  standing === 'junk' || standing === 'erased' || standing === 'available'

function runOf(
  set: ClusterSet,
  from: number,
  limit: number,
): { first: number; clusters: number } | undefined {
  const first = set.first(from)
  return first === -1 ? undefined : { first, clusters: set.runAt(first, limit) }
}

const broken = (cluster: number, what: string): TypeError =>
  new TypeError(`invariant broken: host cluster ${cluster} is ${what}`)
