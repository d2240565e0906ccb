/**
 * The clusters that are claimed as metadata, and whether guest data lies in them as well. Nine bytes each;
 * marking costs the same however many claims a cluster has, so tables that are made to overlap gain nothing.
 */
export class ClaimedClusters {
  readonly #clusterSize: number
  /** Ascending. */
  readonly #numbers: Float64Array
  readonly #hasData: Uint8Array

  /** `claims`: in the order of their offsets, with bytes in each. */
  constructor(
    clusterSize: number,
    claims: () => Iterable<{ readonly offset: number; readonly length: number }>,
  ) {
    this.#clusterSize = clusterSize
    let count = 0
    for (const _cluster of clustersOf(claims(), clusterSize)) count++
    this.#numbers = new Float64Array(count)
    this.#hasData = new Uint8Array(count)
    let at = 0
    for (const cluster of clustersOf(claims(), clusterSize)) this.#numbers[at++] = cluster
  }

  /** Guest data lies in [start, end). */
  markData(start: number, end: number): void {
    const last = Math.floor((end - 1) / this.#clusterSize)
    let at = this.#firstFrom(Math.floor(start / this.#clusterSize))
    for (; at < this.#numbers.length && (this.#numbers[at] ?? 0) <= last; at++) {
      this.#hasData[at] = 1
    }
  }

  /** Whether guest data lies in a cluster of [start, end), all of which is claimed. */
  hasData(start: number, end: number): boolean {
    const last = Math.floor((end - 1) / this.#clusterSize)
    let at = this.#firstFrom(Math.floor(start / this.#clusterSize))
    for (; at < this.#numbers.length && (this.#numbers[at] ?? 0) <= last; at++) {
      if (this.#hasData[at] === 1) return true
    }
    return false
  }

  #firstFrom(cluster: number): number {
    let low = 0
    let high = this.#numbers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#numbers[middle] ?? 0) < cluster) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Every cluster that any of the claims touches, once, ascending. */
function* clustersOf(
  claims: Iterable<{ readonly offset: number; readonly length: number }>,
  clusterSize: number,
): Generator<number> {
  let next = 0
  for (const { offset, length } of claims) {
    const end = Math.ceil((offset + length) / clusterSize)
    for (let cluster = Math.max(next, Math.floor(offset / clusterSize)); cluster < end; cluster++) {
      yield cluster
    }
    next = Math.max(next, end)
  }
}
