/**
 * Which guest clusters hold data, filled in guest order: one bit for each cluster of the L2 tables that have
 * any, so the memory follows what is stored and not the size of the disk.
 */
export class DataClusters {
  readonly #l2Entries: number
  readonly #tables = new Map<number, Uint32Array>()
  #size = 0

  constructor(l2Entries: number) {
    this.#l2Entries = l2Entries
  }

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** The L2 tables that have any, by their place in the L1 table, in order. */
  get tables(): Iterable<number> {
    return this.#tables.keys()
  }

  /** Clusters come in guest order, each once. */
  add(cluster: number): void {
    const table = Math.floor(cluster / this.#l2Entries)
    let bits = this.#tables.get(table)
    if (bits === undefined) {
      bits = new Uint32Array(Math.ceil(this.#l2Entries / 32))
      this.#tables.set(table, bits)
    }
    const index = cluster % this.#l2Entries
    bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31))
    this.#size++
  }

  has(cluster: number): boolean {
    const bits = this.#tables.get(Math.floor(cluster / this.#l2Entries))
    return bits !== undefined && isSet(bits, cluster % this.#l2Entries)
  }

  /** The clusters of a table that hold data, as indexes of its entries, in order. */
  *entriesOf(table: number): Generator<number> {
    const bits = this.#tables.get(table)
    if (bits === undefined) return
    for (let index = 0; index < this.#l2Entries; index++) {
      if (isSet(bits, index)) yield index
    }
  }

  /**
   * Whether `cluster` holds data, and where the next cluster lies of which that is not known to be the same:
   * `limit` at the latest.
   */
  runAt(cluster: number, limit: number): { readonly hasData: boolean; readonly end: number } {
    const hasData = this.has(cluster)
    let end = cluster + 1
    while (end < limit && this.has(end) === hasData) {
      const table = Math.floor(end / this.#l2Entries)
      // A table without data is passed over at once.
      end = this.#tables.has(table) ? end + 1 : (table + 1) * this.#l2Entries
    }
    return { hasData, end: Math.min(end, limit) }
  }
}

const isSet = (bits: Uint32Array, index: number): boolean =>
  (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1
