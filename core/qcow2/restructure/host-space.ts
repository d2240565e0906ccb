import { ceilDiv, pow2 } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import type { HostRun } from '../tables/host-run.ts'
import { CountPages, PAGE_CLUSTERS, type CountFault, type PageSource } from './count-pages.ts'

/** Bytes for counts: at two bits a cluster, a thousand million clusters. */
const COUNT_BUDGET = 256 * 2 ** 20
/** Bytes for what is held: one bit a cluster, where anything is held at all. */
const HELD_BUDGET = 64 * 2 ** 20
/** Host offsets in table entries have 56 bits; safe integers end earlier. */
const MAX_OFFSET = pow2(53) - pow2(22)

export interface HostSpaceOptions {
  /** For messages. */
  readonly path: string
  readonly clusterSize: number
  readonly refcountOrder: number
  /** Counts to begin with. */
  readonly source: PageSource
  /** A reference to a cluster that nobody counts yet is a contradiction, not a new cluster. */
  readonly strict: boolean
  /** Clusters from here on have no count to begin with. */
  readonly knownEnd: number
  /** Called with every range of clusters whose counts change. */
  readonly onChange: (first: number, clusters: number) => void
}

/**
 * The clusters of an image file while its structure is exchanged: how often the new structure refers to
 * each, and which ones the old structure still needs. A cluster is given out only when neither uses it.
 */
export class HostSpace {
  readonly #options: HostSpaceOptions
  readonly #counts: CountPages
  /** 1 for clusters that the stored image uses and the new one may not: untouched until the switch. */
  readonly #held = new CountPages({ source: () => 0, budget: HELD_BUDGET })
  readonly #most: number
  /** No cluster before this one is free. */
  #lowestFree = 0
  #knownEnd: number

  constructor(options: HostSpaceOptions) {
    this.#options = options
    this.#knownEnd = options.knownEnd
    this.#most = refcountAccess(options.refcountOrder).max
    this.#counts = new CountPages({ source: options.source, budget: COUNT_BUDGET })
  }

  /** References to a cluster in the new structure. */
  count(cluster: number): number {
    return this.#counts.get(cluster)
  }

  /** The count that the clusters [from, to) of one page are known to share. */
  uniform(from: number, to: number): number | undefined {
    return this.#counts.uniform(from, to)
  }

  /** Throws `refcount-overflow`, and `refcounts-contradict` for clusters that nothing was counted for. */
  add(first: number, clusters: number, times: number): void {
    const least = this.#options.strict ? times + 1 : times
    const fault = this.#counts.add(first, clusters, times, { least, most: this.#most })
    this.#changed(first, clusters)
    if (fault === undefined) return
    throw fault.count > this.#most ? this.#overflow(fault) : this.#contradiction(fault.cluster)
  }

  /** Throws `refcounts-contradict` unless every cluster is counted as used. */
  mustBeUsed(first: number, clusters: number): void {
    const fault = this.#counts.add(first, clusters, 0, { least: 1, most: Infinity })
    if (fault !== undefined) throw this.#contradiction(fault.cluster)
  }

  /** How many of the clusters nobody refers to any more. Throws `refcounts-contradict`. */
  remove(first: number, clusters: number, times: number): number {
    let unused = 0
    // What lost its last reference may not be given out before the switch.
    const onZero = (cluster: number) => {
      this.hold(cluster, 1)
      unused++
    }
    const limits = { least: 0, most: Infinity, onZero }
    const fault = this.#counts.add(first, clusters, -times, limits)
    if (fault !== undefined) throw this.#contradiction(fault.cluster)
    this.#changed(first, clusters)
    return unused
  }

  /** The stored image still uses these clusters: nothing is written to them before the switch. */
  hold(first: number, clusters: number): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      if (this.#held.get(cluster) === 0) this.#held.add(cluster, 1, 1, { least: 0, most: 1 })
    }
  }

  /** The first run of `clusters` free clusters, which then have one reference. Throws `image-full`. */
  reserve(clusters: number): HostRun {
    let first = this.#nextFree(this.#lowestFree)
    this.#lowestFree = first
    for (let length = 1; length < clusters;) {
      if (this.#isFree(first + length)) {
        length++
        continue
      }
      first = this.#nextFree(first + length)
      length = 1
    }
    const { clusterSize, path } = this.#options
    if ((first + clusters) * clusterSize > MAX_OFFSET) {
      throw new ImageError('image-full', { path, limit: MAX_OFFSET, found: clusters * clusterSize })
    }
    this.#counts.add(first, clusters, 1, { least: 1, most: 1 })
    this.#changed(first, clusters)
    return { offset: this.offsetOf(first), clusters }
  }

  /** Gives a reserved run back; nothing refers to it. */
  release({ offset, clusters }: HostRun): void {
    const first = this.clusterAt(offset)
    this.#counts.add(first, clusters, -1, { least: 0, most: 0 })
    this.#changed(first, clusters)
    this.#lowestFree = Math.min(this.#lowestFree, first)
  }

  /**
   * The first cluster after all that are to stay, of the first `clusters` ones. With stored refcounts a
   * cluster of the old file (its first `oldClusters` ones) goes only when it lost its last reference now:
   * one that was counted as free before may be referenced all the same, in an image that is damaged.
   */
  usedEnd(clusters: number, oldClusters: number): number {
    const believed = this.#options.strict ? oldClusters : 0
    let end = clusters
    while (end > 0) {
      const page = Math.floor((end - 1) / PAGE_CLUSTERS) * PAGE_CLUSTERS
      const isOld = end <= believed
      if (page >= believed && this.uniform(page, page + PAGE_CLUSTERS) === 0) end = page
      else if (this.count(end - 1) !== 0 || (isOld && this.#held.get(end - 1) === 0)) break
      else end--
    }
    return end
  }

  /** Whether no cluster of [from, to) is referred to. */
  isEmpty(from: number, to: number): boolean {
    for (let at = from; at < to;) {
      const pageEnd = Math.min(to, (Math.floor(at / PAGE_CLUSTERS) + 1) * PAGE_CLUSTERS)
      const uniform = this.uniform(at, pageEnd)
      if (uniform !== undefined && uniform > 0) return false
      if (uniform === undefined) {
        for (let cluster = at; cluster < pageEnd; cluster++) {
          if (this.count(cluster) !== 0) return false
        }
      }
      at = pageEnd
    }
    return true
  }

  /** No cluster from here on has a count. */
  get knownEnd(): number {
    return this.#knownEnd
  }

  /** Throws `refcount-overflow` when a count of [first, first + clusters) does not fit the new width. */
  mustFit(first: number, clusters: number): void {
    const fault = this.#counts.add(first, clusters, 0, { least: 0, most: this.#most })
    if (fault !== undefined) throw this.#overflow(fault)
  }

  clusterAt(offset: number): number {
    return Math.floor(offset / this.#options.clusterSize)
  }

  offsetOf(cluster: number): HostOffset {
    return hostOffset(cluster * this.#options.clusterSize)
  }

  /** Clusters of `bytes`. */
  clustersOf(bytes: number): number {
    return ceilDiv(bytes, this.#options.clusterSize)
  }

  #isFree(cluster: number): boolean {
    return this.#counts.get(cluster) === 0 && this.#held.get(cluster) === 0
  }

  #nextFree(from: number): number {
    for (let cluster = from; ;) {
      const pageEnd = (Math.floor(cluster / PAGE_CLUSTERS) + 1) * PAGE_CLUSTERS
      const unused = this.#counts.firstZero(cluster, pageEnd)
      if (unused !== undefined && this.#held.get(unused) === 0) return unused
      cluster = unused === undefined ? pageEnd : unused + 1
    }
  }

  #changed(first: number, clusters: number): void {
    this.#knownEnd = Math.max(this.#knownEnd, first + clusters)
    this.#options.onChange(first, clusters)
  }

  #overflow({ cluster, count }: CountFault): ImageError {
    return new ImageError('refcount-overflow', {
      path: this.#options.path,
      offset: cluster * this.#options.clusterSize,
      found: count,
      limit: this.#most,
    })
  }

  #contradiction(cluster: number): ImageError {
    return new ImageError('refcounts-contradict', {
      path: this.#options.path,
      offset: cluster * this.#options.clusterSize,
    })
  }
}
