import { ImageError } from '../../errors/image-error.ts'
import { SECTOR } from '../format/constants.ts'

/** Guest clusters at 14 bytes each (and as much again while they are sorted): 1 TiB of 64 KiB clusters. */
const mostPacked = 2 ** 24

/**
 * Every compressed cluster that an L2 table refers to: where its packed bytes are, the sectors its
 * descriptor claims, and the weight of the table. Sorted by place; the same bytes stand here once for each
 * descriptor in a table of its own.
 */
export interface PackedList {
  readonly length: number
  /** Host offset in bytes. */
  readonly offsets: Float64Array
  /** Whole sectors, the one of the first byte included. */
  readonly sectors: Uint16Array
  readonly weights: Uint32Array
}

/** First sector of the file that entry `index` claims, and the first one behind it. */
export const firstSector = ({ offsets }: PackedList, index: number): number =>
  Math.floor((offsets[index] ?? 0) / SECTOR)

export const endSector = (list: PackedList, index: number): number =>
  firstSector(list, index) + (list.sectors[index] ?? 0)

/** Collects a `PackedList`. Throws `too-much-packed`. */
export class PackedListBuilder {
  #offsets = new Float64Array(0)
  #sectors = new Uint16Array(0)
  #weights = new Uint32Array(0)
  #length = 0

  add(offset: number, sectors: number, weight: number): void {
    if (this.#length === this.#offsets.length) this.#grow()
    this.#offsets[this.#length] = offset
    this.#sectors[this.#length] = sectors
    this.#weights[this.#length] = weight
    this.#length++
  }

  build(): PackedList {
    const length = this.#length
    return sortedPacked({
      length,
      offsets: this.#offsets.subarray(0, length),
      sectors: this.#sectors.subarray(0, length),
      weights: this.#weights.subarray(0, length),
    })
  }

  #grow(): void {
    if (this.#length >= mostPacked) throw new ImageError('too-much-packed', { limit: mostPacked })
    const capacity = Math.min(Math.max(2 * this.#length, 1024), mostPacked)
    const offsets = new Float64Array(capacity)
    const sectors = new Uint16Array(capacity)
    const weights = new Uint32Array(capacity)
    offsets.set(this.#offsets)
    sectors.set(this.#sectors)
    weights.set(this.#weights)
    this.#offsets = offsets
    this.#sectors = sectors
    this.#weights = weights
  }
}

/** The same list by place. Most are already: images are packed in the order of the disk. */
export function sortedPacked(list: PackedList): PackedList {
  const { length, offsets, sectors, weights } = list
  let isSorted = true
  for (let at = 1; at < length && isSorted; at++) isSorted = order(list, at - 1, at) <= 0
  if (isSorted) return list
  const indices = Uint32Array.from({ length }, (_, at) => at)
  indices.sort((one, other) => order(list, one, other))
  const pick = <Values extends Float64Array | Uint16Array | Uint32Array>(
    from: Values,
    to: Values,
  ) => {
    for (let at = 0; at < length; at++) to[at] = from[indices[at] ?? 0] ?? 0
    return to
  }
  return {
    length,
    offsets: pick(offsets, new Float64Array(length)),
    sectors: pick(sectors, new Uint16Array(length)),
    weights: pick(weights, new Uint32Array(length)),
  }
}

/** By place, then the longest first; weights make it the same whatever order they came in. */
function order({ offsets, sectors, weights }: PackedList, one: number, other: number): number {
  return (
    (offsets[one] ?? 0) - (offsets[other] ?? 0) ||
    (sectors[other] ?? 0) - (sectors[one] ?? 0) ||
    (weights[one] ?? 0) - (weights[other] ?? 0)
  )
}
