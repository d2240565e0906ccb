import { unreachable } from '../base/assert.ts'
import type { BatchReport } from './batch-report.ts'
import { csvReport } from './csv-report.ts'
import { htmlReport } from './html-report.ts'
import { jsonReport } from './json-report.ts'
import { workCsvReport } from './work-csv-report.ts'
import { workHtmlReport } from './work-html-report.ts'
import { workJsonReport } from './work-json-report.ts'
import type { WorkReport } from './work-report.ts'

export const reportFormats = ['csv', 'json', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** A report as a file: its text and what to tell a browser about it. */
export interface WrittenReport {
  readonly text: string
  readonly mimeType: string
  /** Suggested name: `platter-check-2026-03-01-1405.html` (UTC, so that it sorts and is the same everywhere). */
  readonly fileName: string
}

export const writeReport = (report: BatchReport, format: ReportFormat): WrittenReport =>
  written(format, 'check', report.startedAt, {
    csv: () => csvReport(report),
    json: () => jsonReport(report),
    html: () => htmlReport(report),
  })

/** Of work other than checks. */
export const writeWorkReport = (report: WorkReport, format: ReportFormat): WrittenReport =>
  written(format, report.work, report.startedAt, {
    csv: () => workCsvReport(report),
    json: () => workJsonReport(report),
    html: () => workHtmlReport(report),
  })

function written(
  format: ReportFormat,
  work: string,
  startedAt: number,
  texts: Readonly<Record<ReportFormat, () => string>>,
): WrittenReport {
  const stamp = new Date(startedAt).toISOString().slice(0, 16).replace('T', '-').replace(':', '')
  return {
    text: texts[format](),
    mimeType: mimeTypeOf(format),
    fileName: `platter-${work}-${stamp}.${format}`,
  }
}

function mimeTypeOf(format: ReportFormat): string {
  switch (format) {
    case 'csv':
      return 'text/csv; charset=utf-8'
    case 'json':
      return 'application/json'
    case 'html':
      return 'text/html; charset=utf-8'
    default:
      return unreachable(format)
  }
}
