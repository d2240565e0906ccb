import type { PauseGate } from './base/pause-switch.ts'

/**
 * How operations tell how far they are. Operations report real work (bytes read, clusters examined),
 * as often as they like; whoever shows progress throttles it (see `throttled`).
 */
export type ProgressUnit = 'bytes' | 'clusters' | 'files'

export interface Progress {
  /** What is being done now, as a stable word: `tables`, `refcounts`, `data`… Monotonic within a phase. */
  readonly phase: string
  readonly done: number
  /** 0 when the total is not known yet. */
  readonly total: number
  readonly unit: ProgressUnit
}

export type ProgressSink = (progress: Progress) => void

/** What every operation that can last takes: ways to stop it, to hold it for a while and to watch it. */
export interface OperationContext {
  readonly signal?: AbortSignal | undefined
  /** Asked at the same turns as `signal` by operations that say they can be paused. */
  readonly pause?: PauseGate | undefined
  readonly onProgress?: ProgressSink | undefined
}

/**
 * A sink that forwards at most one report per `intervalMs` (10 per second by default), always lets a
 * phase's first report and its last one (done = total) through, and drops repeats.
 */
export function throttled(
  sink: ProgressSink,
  intervalMs = 100,
  now: () => number = () => performance.now(),
): ProgressSink {
  let phase: string | undefined
  let done = -1
  let sentAt = -Infinity
  return (progress) => {
    const samePhase = progress.phase === phase
    if (samePhase && progress.done === done) return
    const finished = progress.total > 0 && progress.done >= progress.total
    const time = now()
    if (samePhase && !finished && time - sentAt < intervalMs) return
    phase = progress.phase
    done = progress.done
    sentAt = time
    sink(progress)
  }
}
