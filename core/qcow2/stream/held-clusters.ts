import { isAllZero } from '../../base/zeroes.ts'

/** Zero clusters as ranges: 16 bytes each, so 16 MiB at most. */
const MOST_RANGES = 1024 * 1024

export interface HeldCluster {
  /** undefined: all zero. Good until the next call. */
  readonly bytes: Uint8Array | undefined
}

/**
 * Clusters of a stream that went by before anything said what they are for, by number. Those that are all zero
 * are kept as ranges and cost nothing; of the others the latest are kept, as many as the budget has room for:
 * tables are close behind what they map, if they are behind it at all.
 */
export class HeldClusters {
  readonly #clusterSize: number
  readonly #capacity: number
  readonly #slotsPerSlab: number
  readonly #slabs: Uint8Array[] = []
  /** Cluster to slot, oldest first. */
  readonly #slots = new Map<number, number>()
  readonly #free: number[] = []
  #used = 0
  /** Ascending, apart: clusters come in the order of the stream. */
  readonly #zeroes: { readonly from: number; to: number }[] = []

  constructor(clusterSize: number, budget: number) {
    this.#clusterSize = clusterSize
    this.#capacity = Math.floor(budget / clusterSize)
    this.#slotsPerSlab = Math.max(1, SLAB_BYTES / clusterSize)
  }

  /** Keeps a copy. `bytes` may end early: at the end of the stream. */
  hold(cluster: number, bytes: Uint8Array): void {
    if (isAllZero(bytes)) {
      const last = this.#zeroes.at(-1)
      if (last?.to === cluster) last.to++
      else if (this.#zeroes.length < MOST_RANGES)
        this.#zeroes.push({ from: cluster, to: cluster + 1 })
      return
    }
    if (this.#capacity === 0) return
    const slot = this.#slotFor()
    const room = this.#room(slot)
    room.set(bytes)
    room.fill(0, bytes.length)
    this.#slots.set(cluster, slot)
  }

  /** What is held of a cluster; undefined when it is not, or no more. */
  get(cluster: number): HeldCluster | undefined {
    const slot = this.#slots.get(cluster)
    if (slot !== undefined) return { bytes: this.#room(slot) }
    return this.#isZero(cluster) ? { bytes: undefined } : undefined
  }

  /** Its room is for others. */
  drop(cluster: number): void {
    const slot = this.#slots.get(cluster)
    if (slot === undefined) return
    this.#slots.delete(cluster)
    this.#free.push(slot)
  }

  /** Nothing will be asked for any more. */
  clear(): void {
    this.#slots.clear()
    this.#slabs.length = 0
    this.#free.length = 0
    this.#used = 0
    this.#zeroes.length = 0
  }

  #slotFor(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#used < this.#capacity) return this.#used++
    for (const [oldest, slot] of this.#slots) {
      this.#slots.delete(oldest)
      return slot
    }
    return 0
  }

  #room(slot: number): Uint8Array {
    const index = Math.floor(slot / this.#slotsPerSlab)
    let slab = this.#slabs[index]
    if (slab === undefined) {
      slab = new Uint8Array(this.#slotsPerSlab * this.#clusterSize)
      this.#slabs[index] = slab
    }
    const at = (slot % this.#slotsPerSlab) * this.#clusterSize
    return slab.subarray(at, at + this.#clusterSize)
  }

  #isZero(cluster: number): boolean {
    let low = 0
    let high = this.#zeroes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const range = this.#zeroes[middle]
      if (range !== undefined && range.to <= cluster) low = middle + 1
      else high = middle
    }
    const found = this.#zeroes[low]
    return found !== undefined && cluster >= found.from
  }
}

const SLAB_BYTES = 2 * 1024 * 1024
