import { ImageError } from '../../errors/image-error.ts'
import { word64, type Word64 } from '../../base/word64.ts'

/** The low half of an entry that is not known yet; no entry has the high half 0 with it. */
const CLAIMED = 1
/** Bytes of one slot of the arrays below. */
const SLOT_BYTES = 8 + 4 + 4 + 4
const FIRST_SLOTS = 1024

/**
 * Compressed clusters by their host offset: how often each is referred to, and the entry it has in the new
 * file. An open hash table in typed arrays, some 30 bytes a cluster; throws `image-too-large` past `budget`.
 */
export class PackedPlaces {
  readonly #budget: number
  #slots = FIRST_SLOTS
  #size = 0
  /** Host offset and 1, so that 0 is an empty slot. */
  #keys = new Float64Array(FIRST_SLOTS)
  #references = new Uint32Array(FIRST_SLOTS)
  /** Halves of the new entry; both 0: nobody asked for it yet. */
  #high = new Uint32Array(FIRST_SLOTS)
  #low = new Uint32Array(FIRST_SLOTS)

  constructor(budget: number) {
    this.#budget = budget
  }

  /** Counts `times` more references; whether these are the first. */
  refer(offset: number, times: number): boolean {
    if (this.#size * 2 >= this.#slots) this.#grow()
    const slot = this.#slotOf(offset)
    const isNew = this.#keys[slot] === 0
    if (isNew) {
      this.#keys[slot] = offset + 1
      this.#size++
    }
    this.#references[slot] = (this.#references[slot] ?? 0) + times
    return isNew
  }

  references(offset: number): number {
    return this.#references[this.#slotOf(offset)] ?? 0
  }

  /** Whether the caller is the first to ask for a cluster that was referred to: it is to be carried over. */
  claim(offset: number): boolean {
    const slot = this.#slotOf(offset)
    if (this.#low[slot] !== 0 || this.#high[slot] !== 0) return false
    this.#low[slot] = CLAIMED
    return true
  }

  /** The new entry of a cluster that was placed. */
  place(offset: number): Word64 {
    const slot = this.#slotOf(offset)
    return word64(this.#high[slot] ?? 0, this.#low[slot] ?? 0)
  }

  /** For a cluster that was referred to. */
  setPlace(offset: number, { high, low }: Word64): void {
    const slot = this.#slotOf(offset)
    this.#high[slot] = high
    this.#low[slot] = low
  }

  /** The slot of a key, or the empty one where it belongs. */
  #slotOf(offset: number): number {
    const key = offset + 1
    let slot = scattered(offset) % this.#slots
    for (;;) {
      const found = this.#keys[slot]
      if (found === key || found === 0) return slot
      slot = slot + 1 === this.#slots ? 0 : slot + 1
    }
  }

  #grow(): void {
    const old = { keys: this.#keys, references: this.#references }
    const oldHigh = this.#high
    const oldLow = this.#low
    this.#slots *= 2
    const limit = this.#budget
    if (this.#slots * SLOT_BYTES > limit) throw new ImageError('image-too-large', { limit })
    this.#keys = new Float64Array(this.#slots)
    this.#references = new Uint32Array(this.#slots)
    this.#high = new Uint32Array(this.#slots)
    this.#low = new Uint32Array(this.#slots)
    for (const [from, key] of old.keys.entries()) {
      if (key === 0) continue
      const slot = this.#slotOf(key - 1)
      this.#keys[slot] = key
      this.#references[slot] = old.references[from] ?? 0
      this.#high[slot] = oldHigh[from] ?? 0
      this.#low[slot] = oldLow[from] ?? 0
    }
  }
}

/** Neighbouring offsets far apart: multiplied by the golden ratio of 32 bits, the halves mixed. */
function scattered(offset: number): number {
  const mixed = Math.imul((offset / 0x1_0000_0000) ^ offset, 0x9e37_79b1)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
