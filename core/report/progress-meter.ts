import type { PhaseWeights } from '../operations/operation-phases.ts'
import type { Progress } from '../progress.ts'
import { PhaseShare } from './phase-share.ts'

/** The speed shown is the mean of the last 5 s. */
const speedWindow = 5_000
/** The time left uses the median of the last 20 s, which one stall does not shake. */
const etaWindow = 20_000
const sampleInterval = 500
/** No time left is better than a wild one. */
const etaDelay = 3_000

export interface MeasuredProgress extends Progress {
  /** Units per second, mean of the last seconds; absent in the first ones. */
  readonly speed?: number
  /** Absent in the first 3 s and while the speed is unknown. */
  readonly secondsLeft?: number
  /** Of all phases, from 0 to 1; only of a meter that was told of them. */
  readonly share?: number
}

interface Sample {
  readonly time: number
  readonly done: number
}

/** Adds speed and time left to what the engine reports. A phase starts its own measuring. */
export class ProgressMeter {
  readonly #now: () => number
  readonly #share: PhaseShare | undefined
  #phase: string | undefined
  #startedAt = 0
  #samples: Sample[] = []

  /** `now` in milliseconds, never going back. `phases`: those of the whole operation, to tell its share. */
  constructor(now: () => number = () => performance.now(), phases?: PhaseWeights) {
    this.#now = now
    this.#share = phases && new PhaseShare(phases)
  }

  measure(progress: Progress): MeasuredProgress {
    const { phase, done, total, unit } = progress
    const time = this.#now()
    if (phase !== this.#phase) {
      this.#phase = phase
      this.#startedAt = time
      this.#samples = [{ time, done }]
    }
    const last = this.#samples.at(-1)
    if (last === undefined || time - last.time >= sampleInterval) {
      this.#samples.push({ time, done })
      this.#samples = this.#samples.filter((sample) => time - sample.time <= etaWindow)
    }
    const speed = this.#meanSpeed(time, done)
    const pace = this.#medianSpeed()
    const isEarly = time - this.#startedAt < etaDelay
    return {
      phase,
      done,
      total,
      unit,
      ...(this.#share === undefined ? {} : { share: this.#share.report(progress) }),
      ...(speed === undefined ? {} : { speed }),
      ...(isEarly || pace === undefined || pace === 0 || total <= done
        ? {}
        : { secondsLeft: (total - done) / pace }),
    }
  }

  #meanSpeed(time: number, done: number): number | undefined {
    const first = this.#samples.find((sample) => time - sample.time <= speedWindow)
    if (first === undefined || time - first.time < sampleInterval) return undefined
    return Math.max(0, ((done - first.done) * 1000) / (time - first.time))
  }

  #medianSpeed(): number | undefined {
    const speeds: number[] = []
    for (const [index, sample] of this.#samples.entries()) {
      const next = this.#samples[index + 1]
      if (next !== undefined) {
        speeds.push(((next.done - sample.done) * 1000) / (next.time - sample.time))
      }
    }
    return speeds.toSorted((a, b) => a - b)[Math.floor(speeds.length / 2)]
  }
}
