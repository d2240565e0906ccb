import {
  countOutcomes,
  formatBytes,
  formatCount,
  formatDuration,
  formatPlural,
  outcomeOf,
  reportOutcomes,
  type BatchReport,
  type CheckResult,
  type Finding,
  type ReportEntry,
  type ReportOutcome,
} from '../../core/index.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import type { Paint, Tone } from '../terminal/style.ts'
import { formatTable, type Row } from '../terminal/table.ts'

/** More than this scrolls the verdict away; a report lists them all. */
const findingsShown = 30

const words: Readonly<Record<ReportOutcome, { readonly word: string; readonly tone: Tone }>> = {
  healthy: { word: 'Healthy', tone: 'good' },
  leaks: { word: 'Leaks', tone: 'waste' },
  'needs-repair': { word: 'Needs repair', tone: 'bad' },
  damaged: { word: 'Damaged', tone: 'bad' },
  unreadable: { word: 'Cannot read', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'soft' },
  cancelled: { word: 'Cancelled', tone: 'soft' },
}

/** The result for one image: verdict first, then what was found, then the numbers. */
export function describeCheck(path: string, result: CheckResult, paint: Paint): string {
  const { word, tone } = words[result.health]
  const lines = [
    `${paint(printable(path), 'strong')}: ${paint(word, tone)}, ${verdictWords(result)}`,
  ]
  if (result.live) lines.push('  The image is in use: the result may lag behind.')
  const shown = result.findings.slice(0, findingsShown)
  lines.push(...shown.map((finding) => findingLine(finding, paint)))
  const hidden = result.findings.length - shown.length + result.findingsOmitted
  if (hidden > 0) lines.push(`  And ${formatPlural(hidden, 'more finding')}; --report lists them.`)
  lines.push(formatFacts(numbers(result), paint))
  return lines.join('\n')
}

function verdictWords(result: CheckResult): string {
  const parts = [
    result.corruptions > 0 ? formatPlural(result.corruptions, 'corruption') : '',
    result.leaks > 0
      ? `${formatBytes(result.leakedBytes)} wasted (${formatPlural(result.leaks, 'leaked cluster')})`
      : '',
    result.checkErrors > 0
      ? `${formatPlural(result.checkErrors, 'part')} could not be checked`
      : '',
    result.warnings > 0 ? formatPlural(result.warnings, 'warning') : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'no problems found' : parts.join(', ')
}

const kindWords = {
  corruption: { word: 'corruption', tone: 'bad' },
  leak: { word: 'leak', tone: 'waste' },
  'check-error': { word: 'not checked', tone: 'bad' },
  warning: { word: 'warning', tone: 'waste' },
} as const satisfies Record<Finding['kind'], { word: string; tone: Tone }>

function findingLine({ kind, text }: Finding, paint: Paint): string {
  const { word, tone } = kindWords[kind]
  return `  ${paint(word.padEnd(11), tone)}  ${printable(text)}`
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '0.0 %' : `${((part / whole) * 100).toFixed(1)} %`

function numbers(result: CheckResult): Fact[] {
  const { total, allocated, fragmented, compressed } = result.clusters
  const parts = [
    `${formatCount(allocated)} of ${formatCount(total)} allocated (${share(allocated, total)})`,
    `${share(fragmented, allocated)} fragmented`,
    compressed > 0 ? `${share(compressed, allocated)} compressed` : '',
  ].filter((part) => part !== '')
  return [
    ['Clusters', parts.join(', ')],
    [
      'Image ends',
      `at ${formatCount(result.imageEndOffset)} bytes (${formatBytes(result.imageEndOffset)})`,
    ],
  ]
}

const columns = [
  { title: 'IMAGE', shrinks: true },
  { title: 'HEALTH' },
  { title: 'CORRUPTIONS', align: 'right' },
  { title: 'LEAKS', align: 'right' },
  { title: 'WASTED', align: 'right' },
  { title: 'ALLOCATED', align: 'right' },
  { title: 'NOTES', shrinks: true },
] as const

export interface BatchLayout {
  readonly paint: Paint
  readonly width: number | undefined
  /** Without the closing summary. */
  readonly quiet: boolean
}

/** A table of all images and one line that sums it up. */
export function describeBatch(report: BatchReport, { paint, width, quiet }: BatchLayout): string {
  if (report.entries.length === 0) return 'No disk images there.'
  const table = formatTable(columns, report.entries.map(rowOf), { paint, width })
  return quiet ? table : `${table}\n\n${summaryOf(report)}`
}

function rowOf(entry: ReportEntry): Row {
  const { word, tone } = words[outcomeOf(entry)]
  const start = [
    { text: entry.path, tone: 'strong' },
    { text: word, tone },
  ] as const
  if (entry.kind === 'cancelled') return start
  if (entry.kind === 'skipped')
    return [...start, '', '', '', '', { text: entry.reason, tone: 'soft' }]
  if (entry.kind === 'failed') {
    return [...start, '', '', '', '', `${entry.error.explanation.title} (${entry.error.code})`]
  }
  const { result } = entry
  const notes = [
    result.checkErrors > 0 ? `${formatPlural(result.checkErrors, 'part')} not checked` : '',
    result.warnings > 0 ? formatPlural(result.warnings, 'warning') : '',
    result.live ? 'in use, may lag' : '',
  ].filter((note) => note !== '')
  return [
    ...start,
    formatCount(result.corruptions),
    formatCount(result.leaks),
    formatBytes(result.leakedBytes),
    formatBytes(result.clusters.allocated * result.clusterSize),
    notes.join(', '),
  ]
}

/** `1,204 images in 12 s: 1,180 healthy, 20 leaks, 4 damaged.` */
function summaryOf(report: BatchReport): string {
  const counts = countOutcomes(report.entries)
  const parts = reportOutcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${formatCount(counts[outcome])} ${words[outcome].word.toLowerCase()}`)
    .toReversed()
  const duration = formatDuration(report.endedAt - report.startedAt)
  return `${formatPlural(counts.total, 'image')} in ${duration}: ${parts.join(', ')}.`
}
