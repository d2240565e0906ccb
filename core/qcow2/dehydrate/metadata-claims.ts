import { ImageError } from '../../errors/image-error.ts'
import { ClaimedClusters } from './claimed-clusters.ts'

/** What reads a range of the file as metadata. The numbers are how a list keeps them. */
export const structures = [
  'L1 table',
  'L2 table',
  'refcount table',
  'refcount block',
  'snapshot table',
  'bitmap directory',
  'bitmap table',
] as const
export type Structure = (typeof structures)[number]

/** A range of the file that a check reads as one table. */
export interface Claim {
  readonly structure: Structure
  /** Host offset. */
  readonly offset: number
  /** Bytes, cut at the end of the file. */
  readonly length: number
  /** Of a refcount block: which one. */
  readonly index: number
}

const firstCapacity = 1024
/** At 42 bytes each: what an image of 4 Mi L2 tables and all its refcount blocks has. */
const mostClaims = 2 ** 23

interface Columns {
  readonly offsets: Float64Array<ArrayBuffer>
  readonly lengths: Float64Array<ArrayBuffer>
  readonly kinds: Uint8Array<ArrayBuffer>
  readonly indexes: Uint32Array<ArrayBuffer>
}

/**
 * Everything in a file that is read as metadata, by offset. A table that many refer to is in it once. Memory is
 * bounded: throws `dehydrate-too-large` where an image has more tables.
 */
export class MetadataClaims {
  readonly #clusterSize: number
  #columns = columnsOf(firstCapacity)
  #count = 0
  /** The furthest end of all claims up to and with each; made by `settle`. */
  #ends = new Float64Array(0)
  /** Made by `settle`. */
  #clusters: ClaimedClusters | undefined

  constructor(clusterSize: number) {
    this.#clusterSize = clusterSize
  }

  get count(): number {
    return this.#count
  }

  add({ structure, offset, length, index }: Claim): void {
    if (length <= 0) return
    if (this.#count === this.#columns.offsets.length) this.#makeRoom()
    const { offsets, lengths, kinds, indexes } = this.#columns
    offsets[this.#count] = offset
    lengths[this.#count] = length
    kinds[this.#count] = structures.indexOf(structure)
    indexes[this.#count] = index
    this.#count++
  }

  /** All are there: puts them in order, so that the other calls can be made. */
  settle(): void {
    this.#sort()
    this.#ends = new Float64Array(this.#count)
    this.#clusters = new ClaimedClusters(this.#clusterSize, () => this.#all())
    let end = 0
    for (let at = 0; at < this.#count; at++) {
      end = Math.max(end, this.#endOf(at))
      this.#ends[at] = end
    }
  }

  at(position: number): Claim {
    const { offsets, lengths, kinds, indexes } = this.#columns
    return {
      structure: structures[kinds[position] ?? 0] ?? structures[0],
      offset: offsets[position] ?? 0,
      length: lengths[position] ?? 0,
      index: indexes[position] ?? 0,
    }
  }

  /** Whether another claim has bytes of this one, too. */
  isOverlapped(position: number): boolean {
    const { offsets } = this.#columns
    const before = position === 0 ? 0 : (this.#ends[position - 1] ?? 0)
    if (before > (offsets[position] ?? 0)) return true
    return position + 1 < this.#count && (offsets[position + 1] ?? 0) < this.#endOf(position)
  }

  /** Guest data lies in [start, end): whatever claims a part of its clusters may hold guest data. */
  markData(start: number, end: number): void {
    this.#clusters?.markData(start, end)
  }

  /** Whether guest data lies in a cluster of the claim as well. */
  isData(position: number): boolean {
    const { offset, length } = this.at(position)
    return this.#clusters?.hasData(offset, offset + length) ?? false
  }

  *#all(): Generator<Claim> {
    for (let position = 0; position < this.#count; position++) yield this.at(position)
  }

  #endOf(position: number): number {
    const { offsets, lengths } = this.#columns
    return (offsets[position] ?? 0) + (lengths[position] ?? 0)
  }

  #makeRoom(): void {
    this.#sort()
    const capacity = this.#columns.offsets.length
    if (this.#count <= capacity / 2) return
    if (capacity === mostClaims) {
      throw new ImageError('dehydrate-too-large', { limit: mostClaims })
    }
    this.#rebuild(2 * capacity, identityOrder(this.#count))
  }

  /** Into the order of the file, every claim once. */
  #sort(): void {
    const { offsets, lengths, kinds, indexes } = this.#columns
    const compare = (one: number, other: number): number =>
      (offsets[one] ?? 0) - (offsets[other] ?? 0) ||
      (kinds[one] ?? 0) - (kinds[other] ?? 0) ||
      (lengths[one] ?? 0) - (lengths[other] ?? 0) ||
      (indexes[one] ?? 0) - (indexes[other] ?? 0)
    const order = identityOrder(this.#count).toSorted(compare)
    let kept = 0
    for (let at = 0; at < order.length; at++) {
      const position = order[at] ?? 0
      if (kept > 0 && compare(order[kept - 1] ?? 0, position) === 0) continue
      order[kept++] = position
    }
    this.#rebuild(offsets.length, order.subarray(0, kept))
  }

  #rebuild(capacity: number, order: Uint32Array): void {
    const old = this.#columns
    const columns = columnsOf(capacity)
    for (let at = 0; at < order.length; at++) {
      const from = order[at] ?? 0
      columns.offsets[at] = old.offsets[from] ?? 0
      columns.lengths[at] = old.lengths[from] ?? 0
      columns.kinds[at] = old.kinds[from] ?? 0
      columns.indexes[at] = old.indexes[from] ?? 0
    }
    this.#columns = columns
    this.#count = order.length
  }
}

const columnsOf = (capacity: number): Columns => ({
  offsets: new Float64Array(capacity),
  lengths: new Float64Array(capacity),
  kinds: new Uint8Array(capacity),
  indexes: new Uint32Array(capacity),
})

function identityOrder(count: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(count)
  for (let at = 0; at < count; at++) order[at] = at
  return order
}
