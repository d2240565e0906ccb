import type { BenchCase, Target } from './bench-case.ts'
import type { DiskWork } from './disk-work.ts'
import type { Measurement, IoWork, Run } from './measure.ts'

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** One case, in numbers; what bench/results/ keeps. */
export interface Summary {
  readonly name: string
  /** Undefined, as all of the peer's numbers, where there is no peer. */
  readonly peerName: string | undefined
  readonly ourSeconds: Spread
  readonly peerSeconds: Spread | undefined
  /** Platter / peer of each pair: below 1 is faster. */
  readonly ratio: Spread | undefined
  readonly ourPeakMiB: number | undefined
  readonly peerPeakMiB: number | undefined
  readonly ourWork: IoWork | undefined
  readonly peerWork: IoWork | undefined
  readonly ourDisk: DiskWork | undefined
  readonly peerDisk: DiskWork | undefined
  readonly target: Target
  readonly memoryLimitMiB: number | undefined
  readonly verdict: 'met' | 'missed' | 'no target'
}

export function summarize(
  { name, target, memoryLimitMiB }: BenchCase,
  peerName: string | undefined,
  { ours, peer, ourWork, peerWork, ourDisk, peerDisk }: Measurement,
): Summary {
  const ratio =
    peer.length === 0
      ? undefined
      : spread(ours.map((run, index) => run.seconds / (peer[index]?.seconds ?? Number.NaN)))
  const ourSeconds = spread(ours.map((run) => run.seconds))
  const ourPeakMiB = peak(ours)
  const reached = {
    ratio: () => target.kind === 'ratio' && ratio !== undefined && ratio.median <= target.atMost,
    seconds: () => target.kind === 'seconds' && ourSeconds.median <= target.atMost,
    none: () => true,
  }[target.kind]()
  const fits =
    memoryLimitMiB === undefined || ourPeakMiB === undefined || ourPeakMiB <= memoryLimitMiB
  return {
    name,
    peerName,
    ourSeconds,
    peerSeconds: peer.length === 0 ? undefined : spread(peer.map((run) => run.seconds)),
    ratio,
    ourPeakMiB,
    peerPeakMiB: peak(peer),
    ourWork,
    peerWork,
    ourDisk,
    peerDisk,
    target,
    memoryLimitMiB,
    verdict: target.kind === 'none' ? 'no target' : reached && fits ? 'met' : 'missed',
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return {
    median: (low + high) / 2,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
  }
}

function peak(runs: readonly Run[]): number | undefined {
  const peaks = runs.map((run) => run.peakKiB).filter((value) => value !== undefined)
  return peaks.length === 0 ? undefined : Math.max(...peaks) / 1024
}

const columns = [
  'CASE',
  'PLATTER',
  'PEER',
  'RATIO (RANGE)',
  'TARGET',
  '',
  'MEMORY',
  'READ',
  'WRITTEN',
  'CALLS',
  'FLUSHES',
  'EXTRA DISK',
] as const

/** The table that the bench prints: times are medians in seconds, pairs are Platter / peer. */
export function formatSummaries(summaries: readonly Summary[]): string {
  const rows = summaries.map((summary) => [
    summary.name,
    secondsWords(summary.ourSeconds.median),
    summary.peerSeconds === undefined ? '-' : secondsWords(summary.peerSeconds.median),
    summary.ratio === undefined ? '-' : spreadWords(summary.ratio),
    targetWords(summary),
    summary.verdict,
    pairWords(summary.ourPeakMiB, summary.peerPeakMiB, 'MiB'),
    pairWords(mebibytes(summary.ourWork?.bytesRead), mebibytes(summary.peerWork?.bytesRead), 'MiB'),
    pairWords(
      mebibytes(summary.ourWork?.bytesWritten),
      mebibytes(summary.peerWork?.bytesWritten),
      'MiB',
    ),
    pairWords(summary.ourWork?.calls, summary.peerWork?.calls, ''),
    pairWords(summary.ourDisk?.flushes, summary.peerDisk?.flushes, ''),
    pairWords(
      mebibytes(summary.ourDisk?.peakExtraBytes),
      mebibytes(summary.peerDisk?.peakExtraBytes),
      'MiB',
    ),
  ])
  const lines = [[...columns], ...rows]
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0)),
  )
  return lines
    .map((line) =>
      line
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function targetWords({ target, memoryLimitMiB }: Summary): string {
  const memory = memoryLimitMiB === undefined ? '' : `, ${memoryLimitMiB} MiB`
  return {
    ratio: () => (target.kind === 'ratio' ? `<= ${target.atMost}${memory}` : ''),
    seconds: () => (target.kind === 'seconds' ? `<= ${target.atMost} s${memory}` : ''),
    none: () => '-',
  }[target.kind]()
}

const spreadWords = ({ median, least, most }: Spread): string =>
  `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`

/** Single requests take microseconds. */
const secondsWords = (seconds: number): string =>
  seconds < 0.01 ? `${Math.round(seconds * 1e6)} µs` : `${seconds.toFixed(3)} s`

const mebibytes = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : bytes / 1024 / 1024

const pairWords = (ours: number | undefined, peer: number | undefined, unit: string): string =>
  ours === undefined || peer === undefined
    ? '-'
    : `${Math.round(ours)} : ${Math.round(peer)} ${unit}`.trim()
