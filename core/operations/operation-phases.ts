/**
 * How much of the whole each phase of an operation takes, about: its share of the time on images that hold
 * much data. In the order of the work; a phase may be left out, and one that comes again adds nothing.
 */
export type PhaseWeights = readonly (readonly [phase: string, weight: number])[]

/** Of operations that have several phases; all others count as one. */
export const operationPhases = {
  check: [
    ['tables', 60],
    ['refcounts', 10],
    ['flags', 10],
    ['data', 20],
  ],
  compact: [
    ['tables', 3],
    ['refcounts', 2],
    ['spare', 5],
    ['zeroes', 10],
    ['hash-before', 25],
    ['moves', 15],
    ['data', 15],
    ['hash-after', 25],
  ],
  repair: [
    ['tables', 70],
    ['refcounts', 30],
  ],
  resize: [
    ['tables', 30],
    ['refcounts', 10],
    ['flags', 10],
    ['space', 10],
    ['data', 40],
    ['keep', 30],
    ['verify', 10],
  ],
  snapshot: [
    ['tables', 60],
    ['refcounts', 40],
  ],
  dehydrate: [
    ['tables', 5],
    ['refcounts', 3],
    ['flags', 2],
    ['references', 15],
    ['metadata', 60],
    ['proof', 15],
  ],
  rehydrate: [
    ['checksum', 30],
    ['metadata', 70],
  ],
  /** Into a sink. */
  encode: [
    ['scan', 30],
    ['data', 70],
  ],
  pattern: [
    ['data', 90],
    ['discards', 10],
  ],
} as const satisfies Readonly<Record<string, PhaseWeights>>
