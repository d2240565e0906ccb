import { ImageError } from '../../errors/image-error.ts'

/** Ranges of a file, in its order and without overlap, whose bytes lie one after the other in a stream. */
export interface MetadataRange {
  /** Host offset. */
  readonly at: number
  readonly length: number
  /** Where its bytes begin in the stream. */
  readonly streamAt: number
}

/** At 24 bytes each. No container of ours has more: see `MetadataClaims`. */
export const mostRanges = 2 ** 23 + 1

const firstCapacity = 1024

export class MetadataRanges {
  #starts = new Float64Array(firstCapacity)
  #lengths = new Float64Array(firstCapacity)
  #streamAts = new Float64Array(firstCapacity)
  #count = 0
  #streamBytes = 0

  get count(): number {
    return this.#count
  }

  /** Bytes of all ranges together. */
  get streamBytes(): number {
    return this.#streamBytes
  }

  /** First byte after the last range. */
  get end(): number {
    const last = this.#count - 1
    return last < 0 ? 0 : (this.#starts[last] ?? 0) + (this.#lengths[last] ?? 0)
  }

  /** Adds a range that begins at or after `end`; one that follows at once makes the last one longer. */
  add(at: number, length: number): void {
    if (length === 0) return
    if (this.#count > 0 && at === this.end) {
      const last = this.#count - 1
      this.#lengths[last] = (this.#lengths[last] ?? 0) + length
    } else {
      this.#makeRoom()
      this.#starts[this.#count] = at
      this.#lengths[this.#count] = length
      this.#streamAts[this.#count] = this.#streamBytes
      this.#count++
    }
    this.#streamBytes += length
  }

  at(position: number): MetadataRange {
    return {
      at: this.#starts[position] ?? 0,
      length: this.#lengths[position] ?? 0,
      streamAt: this.#streamAts[position] ?? 0,
    }
  }

  /** The first range that ends after `offset`; `count` when none does. */
  firstEndingAfter(offset: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) + (this.#lengths[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #makeRoom(): void {
    const capacity = this.#starts.length
    if (this.#count < capacity) return
    if (this.#count >= mostRanges)
      throw new ImageError('dehydrate-too-large', { limit: mostRanges })
    this.#starts = grown(this.#starts)
    this.#lengths = grown(this.#lengths)
    this.#streamAts = grown(this.#streamAts)
  }
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(2 * column.length)
  wider.set(column)
  return wider
}
