import type { CheckResult } from '../operations/check-result.ts'
import {
  countOutcomes,
  outcomeOf,
  type BatchReport,
  type OutcomeCounts,
  type ReportEntry,
  type ReportOutcome,
} from './batch-report.ts'

/** Raised when a field changes its meaning or goes away; a new field alone does not raise it. */
export const reportSchemaVersion = 1

/** The JSON report, field by field. Sizes are bytes, times ISO 8601 in UTC. */
export interface JsonReport {
  readonly schema: 'platter-check-report'
  readonly schemaVersion: typeof reportSchemaVersion
  readonly title: string
  readonly startedAt: string
  readonly endedAt: string
  readonly engineVersion: string
  readonly depth: 'metadata' | 'full'
  readonly summary: OutcomeCounts
  readonly images: readonly JsonReportImage[]
}

export interface JsonReportImage {
  readonly path: string
  readonly outcome: ReportOutcome
  readonly durationMs?: number
  /** Present when the image was checked. */
  readonly check?: Omit<CheckResult, 'path'>
  /** Present when it could not be checked. */
  readonly error?: {
    readonly code: string
    readonly reason: string
    readonly title: string
    readonly detail: string
    readonly advice: string
  }
  /** Present when it was skipped: one sentence. */
  readonly note?: string
}

export function jsonReport(report: BatchReport): string {
  const value: JsonReport = {
    schema: 'platter-check-report',
    schemaVersion: reportSchemaVersion,
    title: report.title,
    startedAt: new Date(report.startedAt).toISOString(),
    endedAt: new Date(report.endedAt).toISOString(),
    engineVersion: report.engineVersion,
    depth: report.depth,
    summary: countOutcomes(report.entries),
    images: report.entries.map(imageOf),
  }
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function imageOf(entry: ReportEntry): JsonReportImage {
  const common = { path: entry.path, outcome: outcomeOf(entry) }
  if (entry.kind === 'cancelled') return common
  if (entry.kind === 'skipped') return { ...common, note: entry.reason }
  const durationMs = Math.round(entry.durationMs)
  if (entry.kind === 'checked') {
    const { path: _path, ...check } = entry.result
    return { ...common, durationMs, check }
  }
  const { code, reason, explanation } = entry.error
  const { title, detail, advice } = explanation
  return { ...common, durationMs, error: { code, reason, title, detail, advice } }
}
