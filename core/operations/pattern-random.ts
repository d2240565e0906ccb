import { mix } from './pattern-sector.ts'
import { PATTERN_SECTOR, type PatternStretch } from './pattern-stretch.ts'

export interface RandomPattern {
  readonly size: number
  readonly clusterSize: number
  readonly seed: number
  /** Percent. */
  readonly fill: number
}

/** The longest stretch, in clusters. */
const LONGEST = 8

/**
 * Stretches of chance: from one sector to eight clusters, short ones as likely as long ones, and as many of
 * them with data as `fill` says. What holds no data was written and discarded again, written with zeroes,
 * or never touched.
 */
export function* randomStretches({
  size,
  clusterSize,
  seed,
  fill,
}: RandomPattern): Generator<PatternStretch> {
  const chance = new Chance(seed)
  const doublings = Math.log2((clusterSize * LONGEST) / PATTERN_SECTOR)
  for (let at = 0; at < size;) {
    const sectors = Math.floor(2 ** (chance.next() * doublings))
    const length = Math.min(sectors * PATTERN_SECTOR, size - at)
    const turn = chance.next() < 0.5 ? 0 : 1
    const holdsData = chance.next() * 100 < fill
    yield { at, length, turn, ...(holdsData ? data(chance.next()) : nothing(chance.next())) }
    at += length
  }
}

type Treatment = Pick<PatternStretch, 'written' | 'isDiscarded'>

const data = (which: number): Treatment => ({
  written: which < 0.5 ? 'noise' : 'text',
  isDiscarded: false,
})

function nothing(which: number): Treatment {
  if (which < 0.25) return { written: 'zeroes', isDiscarded: false }
  return { written: which < 0.5 ? 'noise' : undefined, isDiscarded: which < 0.5 }
}

/** Numbers from 0 up to but not including 1, the same ones for the same seed (mulberry32's step). */
class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = mix(seed ^ 0x5bd1_e995)
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0
    return mix(this.#state) / 2 ** 32
  }
}
