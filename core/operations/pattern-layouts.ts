import { unreachable } from '../base/assert.ts'
import { isAligned } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import {
  DEFAULT_PATTERN_CLUSTER,
  DEFAULT_PATTERN_FILL,
  type PatternOptions,
} from './pattern-options.ts'
import { randomStretches } from './pattern-random.ts'
import { PATTERN_SECTOR, type PatternLayout, type PatternStretch } from './pattern-stretch.ts'

/** A pattern on a disk of a size: where what lies, and the seed of its bytes. */
export interface LaidOutPattern {
  readonly size: number
  readonly seed: number
  readonly stretches: PatternLayout
}

/** Lays a pattern out. Throws `invalid-argument` for what no pattern can be made of. */
export function layOutPattern(
  {
    kind,
    clusterSize = DEFAULT_PATTERN_CLUSTER,
    seed = 0,
    fill = DEFAULT_PATTERN_FILL,
  }: PatternOptions,
  size: number,
): LaidOutPattern {
  mustBe(Number.isSafeInteger(size) && size >= 0 && isAligned(size, PATTERN_SECTOR), {
    field: 'The size of a pattern',
    expected: `a multiple of ${PATTERN_SECTOR} bytes`,
    found: size,
  })
  mustBe(Number.isInteger(Math.log2(clusterSize)) && clusterSize >= PATTERN_SECTOR, {
    field: 'The cluster size of a pattern',
    expected: `a power of two from ${PATTERN_SECTOR} on`,
    found: clusterSize,
  })
  mustBe(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, {
    field: 'The seed of a pattern',
    expected: 'a whole number from 0 to 4294967295',
    found: seed,
  })
  mustBe(fill >= 0 && fill <= 100, {
    field: 'The fill of a pattern',
    expected: 'percent from 0 to 100',
    found: fill,
  })
  const stretches = (): Iterable<PatternStretch> => {
    switch (kind) {
      case '1':
        return everyOtherSector(size, clusterSize)
      case '2':
        return everyOtherDiscarded(size, clusterSize)
      case 'random':
        return randomStretches({ size, clusterSize, seed, fill })
      default:
        return unreachable(kind)
    }
  }
  return { size, seed, stretches }
}

function* everyOtherSector(size: number, clusterSize: number): Generator<PatternStretch> {
  for (let at = 0; at < size;) {
    const length = Math.min(PATTERN_SECTOR, size - at)
    yield { at, length, written: 'numbers', isDiscarded: false, turn: 0 }
    const rest = Math.min(2 * clusterSize, size - at) - length
    if (rest > 0) {
      yield { at: at + length, length: rest, written: undefined, isDiscarded: false, turn: 0 }
    }
    at += length + rest
  }
}

function* everyOtherDiscarded(size: number, clusterSize: number): Generator<PatternStretch> {
  for (let at = 0, index = 0; at < size; at += clusterSize, index++) {
    const length = Math.min(clusterSize, size - at)
    yield { at, length, written: 'numbers', isDiscarded: index % 2 === 0, turn: 0 }
  }
}

function mustBe(
  isRight: boolean,
  facts: { readonly field: string; readonly expected: string; readonly found: number },
): void {
  if (!isRight) {
    throw new ImageError('invalid-argument', { ...facts, found: String(facts.found) })
  }
}
