import { ImageError } from '../../errors/image-error.ts'
import { SECTOR } from '../format/constants.ts'
import { inTurns } from './in-turns.ts'

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

/** First sector of the file that entry `index` claims. */
export const firstSector = ({ offsets }: PackedList, index: number): number =>
  Math.floor((offsets[index] ?? 0) / SECTOR)

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

  build(breathe: () => Promise<void> | undefined): Promise<PackedList> {
    const length = this.#length
    const list = {
      length,
      offsets: this.#offsets.subarray(0, length),
      sectors: this.#sectors.subarray(0, length),
      weights: this.#weights.subarray(0, length),
    }
    return sorted(list, breathe)
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

/** Entries that are sorted at once. */
const sortedAtOnce = 2 ** 15

/** The same list by place. Most are already: images are packed in the order of the disk. */
async function sorted(
  list: PackedList,
  breathe: () => Promise<void> | undefined,
): Promise<PackedList> {
  const { length, offsets, sectors, weights } = list
  let isSorted = true
  await inTurns(1, length, {
    breathe,
    visit: (from, to) => {
      for (let at = from; at < to && isSorted; at++) isSorted = order(list, at - 1, at) <= 0
    },
  })
  if (isSorted) return list
  let indices = Uint32Array.from({ length }, (_, at) => at)
  for (let from = 0; from < length; from += sortedAtOnce) {
    const part = indices.subarray(from, from + sortedAtOnce)
    part.set(part.toSorted((one, other) => order(list, one, other)))
    await breathe()
  }
  for (let width = sortedAtOnce; width < length; width *= 2) {
    indices = await merged(indices, width, { list, breathe })
  }
  const pick = <Values extends Float64Array | Uint16Array | Uint32Array>(
    from: Values,
    to: Values,
  ): Values => {
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

/** Sorted stretches of `width` each, two by two made one. */
async function merged(
  indices: Uint32Array<ArrayBuffer>,
  width: number,
  {
    list,
    breathe,
  }: { readonly list: PackedList; readonly breathe: () => Promise<void> | undefined },
): Promise<Uint32Array<ArrayBuffer>> {
  const into = new Uint32Array(indices.length)
  let one = 0
  let other = 0
  await inTurns(0, indices.length, {
    breathe,
    visit: (from, to) => {
      for (let at = from; at < to; at++) {
        const start = at - (at % (2 * width))
        if (at === start) {
          one = start
          other = start + width
        }
        const oneEnd = Math.min(start + width, indices.length)
        const otherEnd = Math.min(start + 2 * width, indices.length)
        const takesOne =
          other >= otherEnd ||
          (one < oneEnd && order(list, indices[one] ?? 0, indices[other] ?? 0) <= 0)
        into[at] = indices[takesOne ? one++ : other++] ?? 0
      }
    },
  })
  return into
}

/** By place, then the longest first; weights make it the same whatever order they came in. */
function order({ offsets, sectors, weights }: PackedList, one: number, other: number): number {
  return (
    (offsets[one] ?? 0) - (offsets[other] ?? 0) ||
    (sectors[other] ?? 0) - (sectors[one] ?? 0) ||
    (weights[one] ?? 0) - (weights[other] ?? 0)
  )
}
