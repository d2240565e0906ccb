import { unreachable } from '../base/assert.ts'
import type { BatchReport } from './batch-report.ts'
import { csvReport } from './csv-report.ts'
import { htmlReport } from './html-report.ts'
import { jsonReport } from './json-report.ts'

export const reportFormats = ['csv', 'json', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** A report as a file: its text and what to tell a browser about it. */
export interface WrittenReport {
  readonly text: string
  readonly mimeType: string
  /** Suggested name: `platter-check-2026-03-01-1405.html` (UTC, so that it sorts and is the same everywhere). */
  readonly fileName: string
}

export function writeReport(report: BatchReport, format: ReportFormat): WrittenReport {
  const stamp = new Date(report.startedAt)
    .toISOString()
    .slice(0, 16)
    .replace('T', '-')
    .replace(':', '')
  const fileName = `platter-check-${stamp}.${format}`
  switch (format) {
    case 'csv':
      return { text: csvReport(report), mimeType: 'text/csv; charset=utf-8', fileName }
    case 'json':
      return { text: jsonReport(report), mimeType: 'application/json', fileName }
    case 'html':
      return { text: htmlReport(report), mimeType: 'text/html; charset=utf-8', fileName }
    default:
      return unreachable(format)
  }
}
