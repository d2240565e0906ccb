/** A small random generator with a seed (mulberry32): the same test breaks the same bytes every time. */
export interface Random {
  /** An integer from 0 up to but not including `limit`. */
  below(limit: number): number
  pick<Value>(values: readonly Value[]): Value
  chance(probability: number): boolean
  /** 64 random bits. */
  word(): bigint
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('nothing to pick from')
      return value
    },
    chance: (probability) => next() < probability,
    word: () => (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32)),
  }
}
