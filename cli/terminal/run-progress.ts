import { PhaseShare, type PhaseWeights, type Progress } from '../../core/index.ts'

/** Shown at most while something is still to be done. */
const almost = 0.99

/**
 * How far a whole run is, from what its parts tell: every file is an equal part of it, and of a file its phases
 * are, by their weights. Never goes back, and is 1 only when every file was done.
 */
export class RunProgress {
  readonly #fileCount: number
  readonly #phases: PhaseWeights
  #share: PhaseShare
  #ended = 0
  #failed = false
  #ofFile = 0

  constructor(fileCount: number, phases: PhaseWeights = []) {
    this.#fileCount = Math.max(1, fileCount)
    this.#phases = phases
    this.#share = new PhaseShare(phases)
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

  report(progress: Progress): void {
    this.#ofFile = this.#share.report(progress)
  }

  endFile(outcome: 'done' | 'failed' | 'cancelled'): void {
    if (outcome !== 'done') this.#failed = true
    if (outcome !== 'cancelled') this.#ended++
    this.#ofFile = 0
    this.#share = new PhaseShare(this.#phases)
  }
}
