import { csvField } from './csv-field.ts'
import type { ToldFact } from './told-change.ts'
import type { WorkEntry, WorkReport } from './work-report.ts'

const columns = [
  'path',
  'outcome',
  'summary',
  'on_disk_before',
  'on_disk_after',
  'duration_ms',
  'error_code',
  'note',
] as const
type Row = Readonly<Partial<Record<(typeof columns)[number], string | number>>>

/** One line per image, then one column for each fact that any image has, by its label. */
export function workCsvReport({ entries }: WorkReport): string {
  const labels = [...new Set(entries.flatMap((entry) => factsOf(entry).map(({ label }) => label)))]
  const lines = [[...columns, ...labels.map(columnOf)].map(csvField).join(',')]
  for (const entry of entries) {
    const row = rowOf(entry)
    const facts = new Map(factsOf(entry).map((fact) => [fact.label, valueOf(fact)]))
    lines.push(
      [...columns.map((column) => row[column]), ...labels.map((label) => facts.get(label))]
        .map(csvField)
        .join(','),
    )
  }
  return lines.map((line) => `${line}\r\n`).join('')
}

/** Headings are written in one way: `safety_copy`. */
const columnOf = (label: string): string => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')

const factsOf = (entry: WorkEntry): readonly ToldFact[] => ('facts' in entry ? entry.facts : [])

const valueOf = (fact: ToldFact): string | number =>
  'bytes' in fact ? fact.bytes : 'count' in fact ? fact.count : fact.text

function rowOf(entry: WorkEntry): Row {
  const common = { path: entry.path, outcome: entry.outcome }
  if (entry.kind === 'not-done') {
    return { ...common, note: entry.reason }
  }
  const timed = { ...common, duration_ms: Math.round(entry.durationMs) }
  if (entry.kind === 'failed') {
    const { title, detail, safety } = entry.error.explanation
    return { ...timed, error_code: entry.error.code, note: `${title}. ${detail} ${safety}` }
  }
  const { before, after } = entry.onDisk
  return {
    ...timed,
    summary: entry.summary,
    ...(before === undefined ? {} : { on_disk_before: before }),
    ...(after === undefined ? {} : { on_disk_after: after }),
  }
}
