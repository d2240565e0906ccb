import {
  doneWords,
  formatInstant,
  repairReturnsWords,
  returningWords,
  undoLabels,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import type { Undoable, Undoables } from '../images/undoables.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { formatTable } from '../terminal/table.ts'
import type { FinishedChange } from './record-change.ts'

/** What `undo` came to. */
export type UndoAnswer =
  | ({ readonly kind: 'list' } & Undoables)
  | { readonly kind: 'one'; readonly entry: Undoable; readonly isDone: boolean }

export function describeUndo(path: string, answer: UndoAnswer, layout: TextLayout): string {
  const name = layout.paint(printable(path), 'strong')
  if (answer.kind === 'one') {
    const { entry, isDone } = answer
    const facts: Fact[] = [
      ['What', whatWords(entry)],
      ...(entry.at === undefined ? [] : [['When', formatInstant(entry.at)] as const]),
      [isDone ? 'Returned' : 'Returns', returnWords(entry)],
      ...(entry.kind === 'repair' ? [['Safety copy', entry.safetyCopy] as const] : []),
      ...(entry.refusal === undefined ? [] : [['Refused', refusalWords(entry)] as const]),
    ]
    return [
      `${name}: ${headline(answer)}`,
      formatFacts(facts, layout.paint),
      ...(isDone ? [] : ['  Nothing was changed.']),
    ].join('\n')
  }
  const { entries, historyTrouble } = answer
  const lines =
    entries.length === 0 ? [`${name}: nothing to undo`] : [`${name}:`, undoTable(entries, layout)]
  for (const entry of entries) {
    if (entry.refusal !== undefined)
      lines.push(`  ${entry.id} cannot: ${printable(refusalWords(entry))}`)
  }
  if (historyTrouble !== undefined) {
    lines.push(`  Only repairs are listed: the history could not be read. ${historyTrouble}`)
  } else if (entries.some((entry) => canUndo(entry))) {
    lines.push('  "--apply" undoes the newest that can be undone, "--apply ID" another one.')
  }
  return lines.join('\n')
}

function headline({ entry, isDone }: Extract<UndoAnswer, { readonly kind: 'one' }>): string {
  if (isDone) return `undone: ${whatWords(entry)}`
  return canUndo(entry)
    ? `can be undone: ${whatWords(entry)}`
    : `cannot be undone: ${whatWords(entry)}`
}

function undoTable(entries: readonly Undoable[], { paint, width }: TextLayout): string {
  const columns = [
    { title: 'ID' },
    { title: 'WHEN' },
    { title: 'WHAT', shrinks: true },
    { title: 'RETURNS', shrinks: true },
    { title: 'POSSIBLE' },
  ] as const
  const rows = entries.map((entry) => [
    entry.id,
    entry.at === undefined ? '?' : formatInstant(entry.at),
    whatWords(entry),
    returnWords(entry),
    entry.refusal === undefined
      ? canUndo(entry)
        ? { text: 'yes', tone: 'good' as const }
        : { text: 'undone already', tone: 'soft' as const }
      : { text: 'no', tone: 'bad' as const },
  ])
  return formatTable(columns, rows, { paint, width, indent: 2 })
}

/** Whether undoing it would do anything. */
export const canUndo = (entry: Undoable): boolean =>
  entry.refusal === undefined && !(entry.kind === 'repair' && entry.plan?.state === 'before')

export function whatWords(entry: Undoable): string {
  if (entry.kind === 'change') return doneWords(entry.change, printable)
  return entry.plan?.state === 'partly' ? 'repair, stopped half way' : 'repair'
}

export function returnWords(entry: Undoable): string {
  if (entry.kind === 'change') return returningWords(entry.change, printable)
  const { plan } = entry
  if (plan === undefined) return 'the tables from before'
  if (plan.state === 'before') return 'nothing: the tables are those from before'
  return repairReturnsWords(plan.bytesRestored, plan.length.now - plan.length.after)
}

const refusalWords = ({ refusal }: Undoable): string => refusal?.explanation.detail ?? ''

/** What the history keeps of it. */
export function tellOfUndo(answer: UndoAnswer): FinishedChange {
  if (answer.kind === 'list') return { summary: 'What can be undone listed', facts: [] }
  const { entry } = answer
  return {
    summary: `Undone: ${whatWords(entry)}`,
    facts: [
      { label: undoLabels.undone, text: entry.jobId ?? entry.id },
      { label: 'Returned', text: returnWords(entry) },
    ],
  }
}
