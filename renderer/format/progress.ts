import type { JobProgress } from '../../ipc/schemas/job.ts'
import { texts } from '../texts/texts.ts'
import { formatBytes, type ByteUnits } from './bytes.ts'
import { counted, formatCount, formatPercent } from './counts.ts'
import { formatTimeLeft } from './durations.ts'
import { formatSpeed } from './speeds.ts'

/** No report for this long means that the disk (or the network behind it) does not answer. */
const stallMs = 5000

export interface ProgressLine {
  /** From 0 to 1; undefined while the total is not known. */
  readonly share: number | undefined
  /** "43 %" or nothing. */
  readonly percent: string | undefined
  /** "Reading tables". */
  readonly phase: string
  /** "1.2 of 4 GiB", "1,200 of 4,096 clusters". */
  readonly amount: string
  readonly speed: string | undefined
  /** "about 2 min left", "stalled for 12 s: waiting for disk", or nothing in the first seconds. */
  readonly outlook: string | undefined
}

export interface ProgressView {
  /** Since its last report: a job that stands still says so instead of promising an end. */
  readonly silentMs: number
  readonly units: ByteUnits
  /** Some phases mean more than reading then. */
  readonly isChange?: boolean
}

/** What is said about a running job: the share is that of all phases, the amount that of this one. */
export function describeProgress(
  progress: JobProgress,
  { silentMs, units, isChange = false }: ProgressView,
): ProgressLine {
  const { done, total } = progress
  const ofPhase = total > 0 ? Math.min(1, done / total) : undefined
  const share = progress.share ?? ofPhase
  const finished = share === 1
  const stalled = silentMs >= stallMs && !finished
  return {
    share,
    percent: share === undefined ? undefined : formatPercent(share),
    phase: phaseWords(progress.phase, isChange),
    amount: amountOf(progress, units),
    speed:
      stalled || progress.speed === undefined || progress.speed <= 0
        ? undefined
        : formatSpeed(progress.speed, progress.unit, units),
    outlook: stalled
      ? texts().jobs.stalled(formatCount(Math.floor(silentMs / 1000)))
      : progress.secondsLeft === undefined || finished
        ? undefined
        : formatTimeLeft(progress.secondsLeft),
  }
}

function phaseWords(phase: string, isChange: boolean): string {
  const { phases, changePhases } = texts().jobs
  const words: Readonly<Record<string, string>> = isChange ? { ...phases, ...changePhases } : phases
  return words[phase] ?? sentence(phase)
}

const nouns = { clusters: 'cluster', files: 'file' } as const

function amountOf({ done, total, unit }: JobProgress, units: ByteUnits): string {
  const { amount } = texts().jobs
  if (unit === 'bytes') {
    return total > 0
      ? amount(formatBytes(Math.min(done, total), units), formatBytes(total, units))
      : formatBytes(done, units)
  }
  return total > 0
    ? amount(formatCount(Math.min(done, total)), counted(total, nouns[unit]))
    : counted(done, nouns[unit])
}

/** An engine of another version may have a phase that has no words here. */
const sentence = (word: string): string =>
  word === ''
    ? texts().jobs.phases.other
    : `${word.charAt(0).toUpperCase()}${word.slice(1).replaceAll('-', ' ')}`
