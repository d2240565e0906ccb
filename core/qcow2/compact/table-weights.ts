/**
 * The distinct L2 tables of an image and their weights: how many L1 entries, of all states, refer to each.
 * What a table refers to has that many references through it. Eight bytes a table.
 */
export class TableWeights {
  /** Host clusters, ascending. */
  readonly clusters: Uint32Array
  readonly #weights: Uint32Array

  /** `clusters` ascending, each once. */
  constructor(clusters: Uint32Array) {
    this.clusters = clusters
    this.#weights = new Uint32Array(clusters.length)
  }

  add(cluster: number, weight: number): void {
    const index = indexOf(this.clusters, cluster)
    if (index !== undefined) this.#weights[index] = (this.#weights[index] ?? 0) + weight
  }

  /** 0 for what is no table. */
  of(cluster: number): number {
    const index = indexOf(this.clusters, cluster)
    return index === undefined ? 0 : (this.#weights[index] ?? 0)
  }
}

/** Where `value` stands among ascending numbers; undefined when it does not. */
export function indexOf(sorted: Uint32Array | Float64Array, value: number): number | undefined {
  const index = lowerBound(sorted, value)
  return sorted[index] === value ? index : undefined
}

/** The first index whose number is not below `value`, among ascending numbers. */
export function lowerBound(sorted: Uint32Array | Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
