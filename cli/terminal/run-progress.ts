import type { PhaseWeights, Progress } from '../../core/index.ts'

/** Shown at most while something is still to be done. */
const almost = 0.99

/**
 * How far a whole run is, from what its parts tell: every file is an equal part of it, and of a file its phases
 * are, by their weights. Never goes back, and is 1 only when every file was done.
 */
export class RunProgress {
  readonly #fileCount: number
  readonly #ranges: ReadonlyMap<string, readonly [from: number, to: number]>
  #ended = 0
  #failed = false
  #ofFile = 0

  constructor(fileCount: number, phases: PhaseWeights = []) {
    this.#fileCount = Math.max(1, fileCount)
    this.#ranges = rangesOf(phases)
  }

  /** Files that ended, however they did. */
  get ended(): number {
    return this.#ended
  }

  /** From 0 to 1. */
  get whole(): number {
    const whole = (this.#ended + this.#ofFile) / this.#fileCount
    return this.#ended === this.#fileCount && !this.#failed ? 1 : Math.min(almost, whole)
  }

  report({ phase, done, total }: Progress): void {
    const part = total > 0 ? Math.min(1, done / total) : 0
    // A phase nobody weighed is all there is, unless others are weighed: then it holds them up.
    const [from, to] = this.#ranges.get(phase) ?? (this.#ranges.size === 0 ? [0, 1] : [0, 0])
    this.#ofFile = Math.max(this.#ofFile, from + (to - from) * part)
  }

  endFile(outcome: 'done' | 'failed' | 'cancelled'): void {
    if (outcome !== 'done') this.#failed = true
    if (outcome !== 'cancelled') this.#ended++
    this.#ofFile = 0
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
