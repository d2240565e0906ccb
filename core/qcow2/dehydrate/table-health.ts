/** What cleaning a table came upon. */
export interface TableHealth {
  /** Entries that are not zero. */
  readonly entries: number
  /** Of these, the ones that no undamaged image of this shape could have. */
  readonly damaged: number
}

/** Damage that a table may have, however few its entries are. */
const toleratedDamage = 16
/** Above that, so many whole entries go with each damaged one. */
const wholePerDamaged = 8

/**
 * Whether a "table" is rather something else that a damaged pointer leads to: guest data as a rule. By chance
 * eight bytes are an entry that fits this very file once in millions of times, so data has hardly any, while a
 * table that was hit by damage still has most of its own. With few entries nothing can be told, and nothing has
 * to be: the damaged ones are replaced, whatever they are.
 */
export const looksLikeData = ({ entries, damaged }: TableHealth): boolean =>
  damaged > toleratedDamage && damaged * wholePerDamaged > entries
