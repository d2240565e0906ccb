/** Content hashes of sectors, so that two crash states are told apart without building them. */

/** 52 bits in two halves: equal content, equal hash. Zeroes hash to zero. */
export interface SectorHash {
  readonly high: number
  readonly low: number
}

export const zeroHash: SectorHash = { high: 0, low: 0 }

/** `sector` is 512 bytes whose buffer is aligned to 4. */
export function hashSector(sector: Uint8Array): SectorHash {
  const words = new Uint32Array(sector.buffer, sector.byteOffset, sector.byteLength / 4)
  let high = 0x9e37_79b9
  let low = 0x85eb_ca6b
  let any = 0
  for (const word of words) {
    any |= word
    high = Math.imul(high ^ word, 0xcc9e_2d51)
    high ^= high >>> 15
    low = Math.imul(low + word, 0x1b87_3593)
    low ^= low >>> 13
  }
  return any === 0 ? zeroHash : { high, low }
}

/** Sums up placed sectors in any order: the same content gives the same key, whatever way it came about. */
export class ContentKey {
  #high = 0
  #low = 0

  /** Adds what lies at a place; the second time, takes it away again. */
  toggle(place: number, { high, low }: SectorHash): void {
    this.#high ^= scramble(high ^ Math.imul(place + 1, 0x27d4_eb2f))
    this.#low ^= scramble(low + Math.imul(place + 1, 0x1656_67b1))
  }

  copy(): ContentKey {
    const copy = new ContentKey()
    copy.#high = this.#high
    copy.#low = this.#low
    return copy
  }

  /** A safe integer of 53 bits. */
  get value(): number {
    return (this.#high >>> 0) * 2 ** 21 + (this.#low >>> 11)
  }
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return mixed ^ (mixed >>> 16)
}
