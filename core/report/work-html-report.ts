import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatPlural,
} from './format-quantity.ts'
import { badge, counters, type OutcomeWords } from './html-counters.ts'
import { compareText, htmlPage, pathMarkup } from './html-page.ts'
import { fragment, join, nothing, type Markup } from './html-text.ts'
import type { ToldFact } from './told-change.ts'
import {
  bytesGivenBack,
  countWork,
  workOutcomes,
  type WorkCounts,
  type FailedWorkEntry,
  type WorkEntry,
  type WorkOutcome,
  type WorkReport,
} from './work-report.ts'

const outcomeWords: Readonly<Record<WorkOutcome, OutcomeWords>> = {
  done: { word: 'Done', tone: 'good' },
  nothing: { word: 'Nothing to do', tone: 'plain' },
  'still-damaged': { word: 'Still damaged', tone: 'bad' },
  'needs-full-repair': { word: 'Needs full repair', tone: 'bad' },
  failed: { word: 'Failed', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'plain' },
  cancelled: { word: 'Cancelled', tone: 'waste' },
}

/** In the order of the page. */
const shownOutcomes = [
  'done',
  'nothing',
  'still-damaged',
  'needs-full-repair',
  'failed',
  'skipped',
  'cancelled',
] as const

/** What a batch of other work than checks came to: what failed first. */
export function workHtmlReport(report: WorkReport): string {
  const counts = countWork(report.entries)
  const sorted = report.entries.toSorted(
    (a, b) =>
      workOutcomes.indexOf(a.outcome) - workOutcomes.indexOf(b.outcome) ||
      compareText(a.path, b.path),
  )
  const failures = sorted.filter((entry) => entry.kind === 'failed')
  return htmlPage({
    title: `${titleOf(report.work)}: ${report.title}`,
    body: fragment`<p class="kicker">Platter report: ${report.work}</p>
      <h1>${report.title}</h1>
      <p class="verdict">${verdictOf(counts, bytesGivenBack(report.entries))}</p>
      ${counters(
        counts.total,
        shownOutcomes.map((outcome) => ({ ...outcomeWords[outcome], count: counts[outcome] })),
      )}
      ${
        failures.length === 0
          ? nothing
          : fragment`<h2>What failed</h2>
              ${join(failures.map(failureCard))}`
      }
      <h2>All images</h2>
      ${imageTable(sorted)}
      <footer>
        Done ${formatInstant(report.startedAt)}, in
        ${formatDuration(report.endedAt - report.startedAt)}, with Platter ${report.engineVersion}.
      </footer>`,
  })
}

const titleOf = (work: string): string => `${work.charAt(0).toUpperCase()}${work.slice(1)}`

function verdictOf(counts: WorkCounts, givenBack: number): string {
  if (counts.total === 0) return 'There were no images to work on.'
  const stillWrong = counts['still-damaged'] + counts['needs-full-repair']
  const parts = [
    counts.failed > 0 ? `${formatPlural(counts.failed, 'image')} failed.` : '',
    stillWrong > 0 ? `${formatPlural(stillWrong, 'image')} still damaged.` : '',
    counts.failed + stillWrong > 0
      ? ''
      : counts.done > 0
        ? `${formatPlural(counts.done, 'image')} done.`
        : counts.nothing > 0
          ? 'There was nothing to do.'
          : 'Nothing was done.',
    givenBack > 0 ? `${formatBytes(givenBack)} given back.` : '',
    counts.skipped > 0 ? `${formatPlural(counts.skipped, 'image')} left out.` : '',
    counts.cancelled > 0 ? `${formatPlural(counts.cancelled, 'image')} not finished.` : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function imageTable(entries: readonly WorkEntry[]): Markup {
  return fragment`<div class="sheet">
    <table>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col">Outcome</th>
          <th scope="col">What was done</th>
          <th scope="col" class="number">Before</th>
          <th scope="col" class="number">After</th>
          <th scope="col" class="number">Time</th>
        </tr>
      </thead>
      <tbody>
        ${join(entries.map(imageRow))}
      </tbody>
    </table>
  </div>`
}

function imageRow(entry: WorkEntry): Markup {
  return fragment`<tr>
    <td class="name">${pathMarkup(entry.path)}</td>
    <td>${badge(outcomeWords[entry.outcome])}</td>
    <td>${wordsOf(entry)}</td>
    ${sizeCells(entry)}
    <td class="number">${'durationMs' in entry ? formatDuration(entry.durationMs) : ''}</td>
  </tr>`
}

function wordsOf(entry: WorkEntry): Markup {
  if (entry.kind === 'failed')
    return fragment`${entry.error.explanation.title} (${entry.error.code})`
  if (entry.kind === 'not-done') return fragment`${entry.reason}`
  const facts = entry.facts.map((fact) => `${fact.label}: ${valueOf(fact)}`).join(' · ')
  return facts === ''
    ? fragment`${entry.summary}`
    : fragment`${entry.summary}<div class="path">${facts}</div>`
}

function sizeCells(entry: WorkEntry): Markup {
  const { before, after } = 'onDisk' in entry ? entry.onDisk : {}
  const cell = (bytes: number | undefined): Markup =>
    fragment`<td class="number">${bytes === undefined ? '' : formatBytes(bytes)}</td>`
  return fragment`${cell(before)}${cell(after)}`
}

const valueOf = (fact: ToldFact): string =>
  'bytes' in fact ? formatBytes(fact.bytes) : 'count' in fact ? formatCount(fact.count) : fact.text

function failureCard({ path, error }: FailedWorkEntry): Markup {
  const { title, detail, safety, advice } = error.explanation
  const name = path.split(/[\\/]/).at(-1) ?? path
  return fragment`<section class="image">
    <h3>${name} ${badge(outcomeWords.failed)}</h3>
    <div class="path">${path}</div>
    <p><b>${title}.</b> ${detail}</p>
    <p>${safety} ${advice}</p>
    <p class="path">Code ${error.code}</p>
  </section>`
}
