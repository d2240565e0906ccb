import { outcomeOf, type BatchReport, type ReportEntry } from './batch-report.ts'
import { csvField } from './csv-field.ts'

const columns = [
  'path',
  'outcome',
  'verdict',
  'corruptions',
  'leaks',
  'check_errors',
  'warnings',
  'leaked_bytes',
  'total_clusters',
  'allocated_clusters',
  'fragmented_clusters',
  'compressed_clusters',
  'image_end_offset',
  'duration_ms',
  'error_code',
  'note',
] as const
type Row = Readonly<Partial<Record<(typeof columns)[number], string | number>>>

/** One line per image, ended as RFC 4180 wants it. */
export function csvReport(report: BatchReport): string {
  const lines = [columns.join(',')]
  for (const entry of report.entries) {
    const row: Row = { path: entry.path, outcome: outcomeOf(entry), ...factsOf(entry) }
    lines.push(columns.map((column) => csvField(row[column])).join(','))
  }
  return lines.map((line) => `${line}\r\n`).join('')
}

function factsOf(entry: ReportEntry): Row {
  if (entry.kind === 'cancelled') return {}
  if (entry.kind === 'skipped') return { note: entry.reason }
  const duration = { duration_ms: Math.round(entry.durationMs) }
  if (entry.kind === 'failed') {
    const { title, detail } = entry.error.explanation
    return { ...duration, error_code: entry.error.code, note: `${title}. ${detail}` }
  }
  const { result } = entry
  return {
    ...duration,
    verdict: result.verdict,
    corruptions: result.corruptions,
    leaks: result.leaks,
    check_errors: result.checkErrors,
    warnings: result.warnings,
    leaked_bytes: result.leakedBytes,
    total_clusters: result.clusters.total,
    allocated_clusters: result.clusters.allocated,
    fragmented_clusters: result.clusters.fragmented,
    compressed_clusters: result.clusters.compressed,
    image_end_offset: result.imageEndOffset,
    note: result.live ? 'The image was in use while it was checked: the result may lag.' : '',
  }
}
