import { HIGH_UNIT } from '../base/word64.ts'

/** What a sector of a pattern holds: its number over and over, bytes that do not pack, or words that do. */
export type SectorContent = 'numbers' | 'noise' | 'text' | 'zeroes'

const SECTOR = 512
const WORDS_PER_SECTOR = SECTOR / 4

/** Fills whole sectors. Each depends on its number and the seed alone, so any of them can be told by itself. */
export class SectorWriter {
  readonly #seed: number
  readonly #text: Uint8Array

  constructor(seed: number) {
    this.#seed = seed >>> 0
    this.#text = wordsOf(this.#seed)
  }

  /** `into` becomes the sectors from byte `at` of the disk on; both are whole sectors. */
  put(into: Uint8Array, at: number, content: SectorContent): void {
    if (content === 'zeroes') {
      into.fill(0)
      return
    }
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
    for (let from = 0; from < into.length; from += SECTOR) {
      const sector = (at + from) / SECTOR
      if (content === 'numbers') putNumbers(view, from, sector)
      else if (content === 'noise') putNoise(view, from, this.#startOf(sector))
      else this.#putText(into, from, sector)
    }
  }

  #startOf(sector: number): number {
    const mixed = mix(this.#seed ^ mix(Math.floor(sector / HIGH_UNIT)))
    // A generator of this kind never leaves zero.
    return mix(mixed ^ (sector % HIGH_UNIT)) || 1
  }

  #putText(into: Uint8Array, from: number, sector: number): void {
    const start = this.#startOf(sector) % (this.#text.length - SECTOR)
    into.set(this.#text.subarray(start, start + SECTOR), from)
    new TextEncoder().encodeInto(
      `${String(sector).padStart(16, '0')} `,
      into.subarray(from, from + SECTOR),
    )
  }
}

function putNumbers(view: DataView, from: number, sector: number): void {
  const high = Math.floor(sector / HIGH_UNIT)
  const low = sector % HIGH_UNIT
  for (let at = from; at < from + SECTOR; at += 8) {
    view.setUint32(at, high)
    view.setUint32(at + 4, low)
  }
}

/** Marsaglia's xorshift with 32 bits: all that noise has to be is different everywhere. */
function putNoise(view: DataView, from: number, start: number): void {
  let state = start
  for (let word = 0; word < WORDS_PER_SECTOR; word++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    view.setInt32(from + word * 4, state, true)
  }
}

/** Spreads the bits of a number over 32 bits (the finalizer of MurmurHash3). */
export function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

const vocabulary = (
  'platter disk image cluster sector table block header guest host read write flush discard ' +
  'snapshot backing length offset extent zero'
).split(' ')

/** Enough text that its pieces differ, little enough to make at once. */
function wordsOf(seed: number): Uint8Array {
  const words: string[] = []
  let state = seed
  for (let length = 0; length < 16_384;) {
    state = mix(state + 0x9e37_79b9)
    const word = vocabulary[state % vocabulary.length] ?? ''
    words.push(word)
    length += word.length + 1
  }
  return new TextEncoder().encode(words.join(' '))
}
