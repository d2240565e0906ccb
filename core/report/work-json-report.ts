import {
  countWork,
  type WorkCounts,
  type WorkEntry,
  type WorkOutcome,
  type WorkReport,
} from './work-report.ts'
import type { ToldFact } from './told-change.ts'

/** Raised when a field changes its meaning or goes away; a new field alone does not raise it. */
export const workReportSchemaVersion = 1

/** The JSON report, field by field. Sizes are bytes, times ISO 8601 in UTC. */
export interface JsonWorkReport {
  readonly schema: 'platter-work-report'
  readonly schemaVersion: typeof workReportSchemaVersion
  /** The command line's verb. */
  readonly work: string
  readonly title: string
  readonly startedAt: string
  readonly endedAt: string
  readonly engineVersion: string
  readonly summary: WorkCounts
  readonly images: readonly JsonWorkReportImage[]
}

export interface JsonWorkReportImage {
  readonly path: string
  readonly outcome: WorkOutcome
  readonly durationMs?: number
  /** Present when it was done, or when there was nothing to do: one sentence. */
  readonly summary?: string
  readonly facts?: readonly ToldFact[]
  /** Bytes that the file took; a file that was not there, or is not there any more, has none. */
  readonly onDisk?: { readonly before?: number; readonly after?: number }
  readonly error?: {
    readonly code: string
    readonly reason: string
    readonly title: string
    readonly detail: string
    readonly safety: string
    readonly advice: string
  }
  /** Present when it was skipped or cancelled: one sentence. */
  readonly note?: string
}

export function workJsonReport(report: WorkReport): string {
  const value: JsonWorkReport = {
    schema: 'platter-work-report',
    schemaVersion: workReportSchemaVersion,
    work: report.work,
    title: report.title,
    startedAt: new Date(report.startedAt).toISOString(),
    endedAt: new Date(report.endedAt).toISOString(),
    engineVersion: report.engineVersion,
    summary: countWork(report.entries),
    images: report.entries.map(imageOf),
  }
  return `${JSON.stringify(value, undefined, 2)}\n`
}

function imageOf(entry: WorkEntry): JsonWorkReportImage {
  const common = { path: entry.path, outcome: entry.outcome }
  if (entry.kind === 'not-done') {
    return { ...common, note: entry.reason }
  }
  const durationMs = Math.round(entry.durationMs)
  if (entry.kind === 'failed') {
    const { code, reason, explanation } = entry.error
    const { title, detail, safety, advice } = explanation
    return { ...common, durationMs, error: { code, reason, title, detail, safety, advice } }
  }
  const { before, after } = entry.onDisk
  return {
    ...common,
    durationMs,
    summary: entry.summary,
    facts: entry.facts,
    onDisk: {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  }
}
