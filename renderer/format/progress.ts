import type { JobProgress } from '../../ipc/schemas/job.ts'
import { formatBytes, type ByteUnits } from './bytes.ts'
import { counted, formatCount, formatPercent } from './counts.ts'
import { formatTimeLeft } from './durations.ts'
import { formatSpeed } from './speeds.ts'

/** No report for this long means that the disk (or the network behind it) does not answer. */
const stallMs = 5000

/** The engine's phase words (see core's Progress) as people read them. */
const phaseNames: Readonly<Record<string, string>> = {
  header: 'Reading the header',
  tables: 'Reading tables',
  refcounts: 'Comparing refcounts',
  flags: 'Comparing flags',
  snapshots: 'Reading snapshots',
  compressed: 'Unpacking compressed clusters',
  data: 'Reading data',
  hash: 'Hashing',
  map: 'Mapping',
}

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

/**
 * What is said about a running job. `silentMs` is the time since its last report: a job that stands
 * still says so instead of promising an end.
 */
export function describeProgress(
  progress: JobProgress,
  silentMs: number,
  units: ByteUnits,
): ProgressLine {
  const { done, total } = progress
  const share = total > 0 ? Math.min(1, done / total) : undefined
  const finished = share === 1
  const stalled = silentMs >= stallMs && !finished
  return {
    share,
    percent: share === undefined ? undefined : formatPercent(share),
    phase: phaseNames[progress.phase] ?? sentence(progress.phase),
    amount: amountOf(progress, units),
    speed:
      stalled || progress.speed === undefined || progress.speed <= 0
        ? undefined
        : formatSpeed(progress.speed, progress.unit, units),
    outlook: stalled
      ? `stalled for ${Math.floor(silentMs / 1000)} s: waiting for disk`
      : progress.secondsLeft === undefined || finished
        ? undefined
        : formatTimeLeft(progress.secondsLeft),
  }
}

function amountOf({ done, total, unit }: JobProgress, units: ByteUnits): string {
  if (unit === 'bytes') {
    return total > 0
      ? `${formatBytes(Math.min(done, total), units)} of ${formatBytes(total, units)}`
      : formatBytes(done, units)
  }
  return total > 0
    ? `${formatCount(Math.min(done, total))} of ${formatCount(total)} ${unit}`
    : counted(done, unit.replace(/s$/, ''), unit)
}

const sentence = (word: string): string =>
  word === '' ? 'Working' : `${word.charAt(0).toUpperCase()}${word.slice(1).replaceAll('-', ' ')}`
