import type { CheckResult, Finding } from '../operations/check-result.ts'
import {
  countOutcomes,
  outcomeOf,
  reportOutcomes,
  type BatchReport,
  type CheckedEntry,
  type OutcomeCounts,
  type ReportEntry,
  type ReportOutcome,
} from './batch-report.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatPlural,
} from './format-quantity.ts'
import { badge, counters, type OutcomeWords } from './html-counters.ts'
import { fragment, join, nothing, type Markup } from './html-text.ts'
import { compareText, htmlPage, pathMarkup, type Tone } from './html-page.ts'

/** A page with a thousand findings for each of a thousand images would open in no browser. */
const findingsPerImage = 100

const outcomeWords: Readonly<Record<ReportOutcome, OutcomeWords>> = {
  healthy: { word: 'Healthy', tone: 'good' },
  leaks: { word: 'Leaks', tone: 'waste' },
  'needs-repair': { word: 'Needs repair', tone: 'bad' },
  damaged: { word: 'Damaged', tone: 'bad' },
  unreadable: { word: 'Cannot read', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'plain' },
  cancelled: { word: 'Cancelled', tone: 'plain' },
}

/** In the order of the counters. */
const shownOutcomes = [
  'healthy',
  'leaks',
  'needs-repair',
  'damaged',
  'unreadable',
  'skipped',
  'cancelled',
] as const

/** What a batch of checks found, worst first. */
export function htmlReport(report: BatchReport): string {
  const counts = countOutcomes(report.entries)
  const worstFirst = report.entries.toSorted(
    (a, b) =>
      reportOutcomes.indexOf(outcomeOf(a)) - reportOutcomes.indexOf(outcomeOf(b)) ||
      compareText(a.path, b.path),
  )
  const problems = worstFirst.filter(hasProblem)
  return htmlPage({
    title: `Check of ${report.title}`,
    body: fragment`<p class="kicker">Platter check report</p>
      <h1>${report.title}</h1>
      <p class="verdict">${verdictOf(counts)}</p>
      ${counters(
        counts.total,
        shownOutcomes.map((outcome) => ({ ...outcomeWords[outcome], count: counts[outcome] })),
      )}
      ${
        problems.length === 0
          ? nothing
          : fragment`<h2>What was found</h2>
              ${join(problems.map(problemCard))}`
      }
      <h2>All images</h2>
      ${imageTable(worstFirst)}
      <footer>
        Checked ${formatInstant(report.startedAt)}, in
        ${formatDuration(report.endedAt - report.startedAt)}, with Platter ${report.engineVersion},
        ${report.depth === 'full' ? 'unpacking every compressed cluster' : 'all metadata'}.
        Checking changes no image.
      </footer>`,
  })
}

const hasProblem = (entry: ReportEntry): boolean =>
  entry.kind === 'failed' ||
  (entry.kind === 'checked' && (entry.result.health !== 'healthy' || entry.result.warnings > 0))

function verdictOf(counts: OutcomeCounts): string {
  if (counts.total === 0) return 'There were no images to check.'
  const checked = counts.healthy + counts.leaks + counts['needs-repair'] + counts.damaged
  const bad = counts.damaged + counts['needs-repair'] + counts.unreadable
  // As many as the library counts under that name.
  const needCare = bad + counts.leaks
  const rest =
    counts.cancelled > 0 ? ` ${formatPlural(counts.cancelled, 'image')} not finished.` : ''
  if (bad > 0) return `${formatPlural(needCare, 'image needs', 'images need')} care.${rest}`
  if (counts.leaks > 0)
    return `No data is at risk; ${formatPlural(counts.leaks, 'image wastes', 'images waste')} space (leaked clusters).${rest}`
  if (checked === 0) return `Nothing could be checked.${rest}`
  return `${formatPlural(checked, 'image')} checked, no problems found.${rest}`
}

function imageTable(entries: readonly ReportEntry[]): Markup {
  return fragment`<div class="sheet">
    <table>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col">Health</th>
          <th scope="col" class="number">Corruptions</th>
          <th scope="col" class="number">Leaks</th>
          <th scope="col" class="number">Wasted</th>
          <th scope="col" class="number">Allocated</th>
          <th scope="col" class="number">Fragmented</th>
          <th scope="col" class="number">Time</th>
        </tr>
      </thead>
      <tbody>
        ${join(entries.map(imageRow))}
      </tbody>
    </table>
  </div>`
}

function imageRow(entry: ReportEntry): Markup {
  return fragment`<tr>
    <td class="name">${pathMarkup(entry.path)}</td>
    <td>${badge(outcomeWords[outcomeOf(entry)])}</td>
    ${entry.kind === 'checked' ? resultCells(entry.result) : noteCell(entry)}
    <td class="number">${'durationMs' in entry ? formatDuration(entry.durationMs) : ''}</td>
  </tr>`
}

const noteCell = (entry: Exclude<ReportEntry, CheckedEntry>): Markup =>
  fragment`<td colspan="5" class="path">${noteOf(entry)}</td>`

const resultCells = (result: CheckResult): Markup =>
  join([
    numberCell(result.corruptions),
    numberCell(result.leaks),
    numberCell(result.leakedBytes, formatBytes),
    numberCell(result.clusters.allocated * result.clusterSize, formatBytes),
    fragment`<td class="number">${fragmentation(result)}</td>`,
  ])

const numberCell = (value: number, words: (value: number) => string = formatCount): Markup =>
  value === 0
    ? fragment`<td class="number none">0</td>`
    : fragment`<td class="number">${words(value)}</td>`

function fragmentation(result: CheckResult): string {
  const { allocated, fragmented } = result.clusters
  return allocated === 0 ? '0 %' : `${((fragmented / allocated) * 100).toFixed(1)} %`
}

function noteOf(entry: Exclude<ReportEntry, CheckedEntry>): string {
  if (entry.kind === 'failed') return `${entry.error.explanation.title} (${entry.error.code})`
  return entry.kind === 'skipped' ? entry.reason : 'The check was stopped before it was done.'
}

function problemCard(entry: ReportEntry): Markup {
  const name = entry.path.split(/[\\/]/).at(-1) ?? entry.path
  const head = fragment`<h3>${name} ${badge(outcomeWords[outcomeOf(entry)])}</h3>
    <div class="path">${entry.path}</div>`
  if (entry.kind === 'failed') {
    const { title, detail, safety, advice } = entry.error.explanation
    return fragment`<section class="image">
      ${head}
      <p><b>${title}.</b> ${detail}</p>
      <p>${safety} ${advice}</p>
      <p class="path">Code ${entry.error.code}</p>
    </section>`
  }
  if (entry.kind !== 'checked') return nothing
  const { result } = entry
  const shown = result.findings.slice(0, findingsPerImage)
  const hidden = result.findings.length - shown.length + result.findingsOmitted
  const omitted =
    hidden === 0
      ? nothing
      : fragment`<p class="path">And ${formatPlural(hidden, 'more finding')}, not listed here.</p>`
  const live = result.live
    ? fragment`<p>The image was in use while it was checked: the result may lag behind.</p>`
    : nothing
  return fragment`<section class="image">
    ${head}
    <p>${countsSentence(result)}</p>
    ${live}
    <ul class="findings">
      ${join(shown.map(findingItem))}
    </ul>
    ${omitted}
  </section>`
}

function countsSentence(result: CheckResult): string {
  const parts = [
    result.corruptions > 0 ? formatPlural(result.corruptions, 'corruption') : '',
    result.leaks > 0
      ? `${formatBytes(result.leakedBytes)} wasted space (${formatPlural(result.leaks, 'leaked cluster')})`
      : '',
    result.checkErrors > 0
      ? formatPlural(result.checkErrors, 'part') + ' could not be checked'
      : '',
    result.warnings > 0 ? formatPlural(result.warnings, 'warning') : '',
  ].filter((part) => part !== '')
  return `${parts.join(', ')}.`
}

const findingWords = {
  corruption: 'Corruption',
  leak: 'Leak',
  'check-error': 'Not checked',
  warning: 'Warning',
} as const

function findingItem(finding: Finding): Markup {
  const tone: Tone = finding.harm === 'space' ? 'waste' : 'bad'
  const facts = [
    findingWords[finding.kind],
    finding.structure,
    finding.offset === undefined ? '' : `at 0x${finding.offset.toString(16)}`,
    finding.guest === undefined
      ? ''
      : `guest bytes 0x${finding.guest.start.toString(16)} to 0x${(finding.guest.start + finding.guest.length).toString(16)}`,
    finding.snapshot === undefined ? '' : `snapshot ${finding.snapshot.name}`,
    finding.rule,
  ].filter((fact) => fact !== '')
  return fragment`<li class="${tone}">${finding.text}<small>${facts.join(' · ')}</small></li>`
}
