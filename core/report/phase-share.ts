import type { PhaseWeights } from '../operations/operation-phases.ts'
import type { Progress } from '../progress.ts'

/**
 * How far one operation is, from 0 to 1: its phases by their weights. Never goes back, whatever the phases do.
 */
export class PhaseShare {
  readonly #ranges: ReadonlyMap<string, readonly [from: number, to: number]>
  #share = 0

  /** Without weights, all phases are the whole. */
  constructor(phases: PhaseWeights = []) {
    this.#ranges = rangesOf(phases)
  }

  report({ phase, done, total }: Progress): number {
    const part = total > 0 ? Math.min(1, done / total) : 0
    // A phase nobody weighed is all there is, unless others are weighed: then it holds them up.
    const [from, to] = this.#ranges.get(phase) ?? (this.#ranges.size === 0 ? [0, 1] : [0, 0])
    this.#share = Math.max(this.#share, from + (to - from) * part)
    return this.#share
  }
}

function rangesOf(phases: PhaseWeights): ReadonlyMap<string, readonly [number, number]> {
  const sum = phases.reduce((total, [, weight]) => total + weight, 0)
  let from = 0
  return new Map(
    phases.map(([phase, weight]) => {
      const range = [from / sum, (from + weight) / sum] as const
      from += weight
      return [phase, range]
    }),
  )
}
