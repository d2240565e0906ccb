import {
  formatBytes,
  formatInstant,
  formatPlural,
  undoLabels,
  unreachable,
  type AmendableOptions,
  type DoneChange,
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
  if (entry.kind === 'repair') {
    return entry.plan?.state === 'partly' ? 'repair, stopped half way' : 'repair'
  }
  const { change } = entry
  switch (change.kind) {
    case 'grow':
      return `grew from ${formatBytes(change.before)} to ${formatBytes(change.after)}`
    case 'amend':
      return `options changed to ${optionWords(change.after)}`
    case 'snapshot-create':
      return `snapshot "${printable(change.snapshot.name)}" taken`
    case 'snapshot-rename':
      return `snapshot "${printable(change.oldName)}" renamed to "${printable(change.snapshot.name)}"`
    case 'snapshot-apply':
      return `snapshot "${printable(change.applied.name)}" applied`
    case 'relink':
      return `backing file named ${printable(change.after.name)}`
    default:
      return unreachable(change)
  }
}

export function returnWords(entry: Undoable): string {
  if (entry.kind === 'change') return changeReturns(entry.change)
  const { plan } = entry
  if (plan === undefined) return 'the tables from before'
  if (plan.state === 'before') return 'nothing: the tables are those from before'
  const { now, after } = plan.length
  const shorter = now === after ? '' : `, and the file is ${formatBytes(now - after)} shorter`
  return `the tables from before (${formatBytes(plan.bytesRestored)})${shorter}`
}

function changeReturns(change: DoneChange): string {
  switch (change.kind) {
    case 'grow':
      return `a disk of ${formatBytes(change.before)}`
    case 'amend':
      return optionWords(change.before)
    case 'snapshot-create':
      return 'the image without that snapshot'
    case 'snapshot-rename':
      return `the name "${printable(change.oldName)}"`
    case 'snapshot-apply':
      return `the state that was kept as "${printable(change.kept.name)}", and that snapshot goes`
    case 'relink':
      return `the backing file ${printable(change.before.name)}`
    default:
      return unreachable(change)
  }
}

const optionWords = ({ version, refcountBits, lazyRefcounts }: AmendableOptions): string =>
  `version ${version}, refcounts of ${formatPlural(refcountBits, 'bit')}${lazyRefcounts ? ', lazy' : ''}`

const refusalWords = ({ refusal }: Undoable): string => refusal?.explanation.detail ?? ''

/** What the history keeps of it. */
export function tellOfUndo(answer: UndoAnswer): FinishedChange {
  if (answer.kind === 'list') return { summary: 'What can be undone listed', facts: [] }
  const { entry } = answer
  return {
    summary: `Undone: ${whatWords(entry)}`,
    facts: [
      { label: undoLabels.undone, text: entry.id },
      { label: 'Returned', text: returnWords(entry) },
    ],
  }
}
