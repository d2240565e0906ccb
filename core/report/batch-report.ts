/**
 * What a batch check found, ready to be written down: the input of the CSV, JSON and HTML reports,
 * filled by the job queue and by the command line alike.
 */
import { unreachable } from '../base/assert.ts'
import type { ImageErrorData } from '../errors/image-error.ts'
import type { CheckResult, Health } from '../operations/check-result.ts'

interface Entry {
  /** The image, as the person knows it (an absolute path, or what they typed). */
  readonly path: string
}

export interface CheckedEntry extends Entry {
  readonly kind: 'checked'
  readonly result: CheckResult
  readonly durationMs: number
}

/** Could not be opened or not be checked to the end. */
export interface FailedEntry extends Entry {
  readonly kind: 'failed'
  readonly error: ImageErrorData
  readonly durationMs: number
}

/** Has nothing to check: raw, or a format that is only recognised. */
export interface SkippedEntry extends Entry {
  readonly kind: 'skipped'
  /** One sentence. */
  readonly reason: string
}

/** Not finished because someone stopped the batch. */
export interface CancelledEntry extends Entry {
  readonly kind: 'cancelled'
}

export type ReportEntry = CheckedEntry | FailedEntry | SkippedEntry | CancelledEntry

export interface BatchReport {
  /** What was checked, in the person's words: a folder's path, `12 selected images`. */
  readonly title: string
  /** Unix time in milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly engineVersion: string
  readonly depth: 'metadata' | 'full'
  readonly entries: readonly ReportEntry[]
}

/** The word a row ends with; the first four are the badge's own words. */
export type ReportOutcome = Health | 'unreadable' | 'skipped' | 'cancelled'

/** Worst first: the order in which reports list images. */
export const reportOutcomes = [
  'damaged',
  'needs-repair',
  'unreadable',
  'leaks',
  'cancelled',
  'skipped',
  'healthy',
] as const satisfies readonly ReportOutcome[]

export function outcomeOf(entry: ReportEntry): ReportOutcome {
  switch (entry.kind) {
    case 'checked':
      return entry.result.health
    case 'failed':
      return 'unreadable'
    case 'skipped':
      return 'skipped'
    case 'cancelled':
      return 'cancelled'
    default:
      return unreachable(entry)
  }
}

export type OutcomeCounts = Readonly<Record<ReportOutcome | 'total', number>>

export function countOutcomes(entries: readonly ReportEntry[]): OutcomeCounts {
  const counts: Record<ReportOutcome | 'total', number> = {
    total: entries.length,
    damaged: 0,
    'needs-repair': 0,
    unreadable: 0,
    leaks: 0,
    cancelled: 0,
    skipped: 0,
    healthy: 0,
  }
  for (const entry of entries) counts[outcomeOf(entry)]++
  return counts
}
