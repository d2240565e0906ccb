import {
  countWords,
  formatBytes,
  formatCount,
  formatPlural,
  repairWords,
  type FindingGroup,
  type LostRange,
  type RepairPlan,
  type Repaired,
  type RepairStep,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import type { Paint } from '../terminal/style.ts'
import { formatTable } from '../terminal/table.ts'

/** Writes and ranges in a text; `--json` has more of them. */
const listed = 20

export interface RepairAnswer extends Repaired {
  /** The copy that is repaired instead of the image; undefined without one. */
  readonly copyTo: string | undefined
}

/** What a repair did, or would do, and what remains. */
export function describeRepair(
  path: string,
  { plan, result, copyTo }: RepairAnswer,
  { paint, width }: TextLayout,
): string {
  const { before, steps } = plan
  const after = result?.after ?? plan.after
  const remaining = result?.remaining ?? plan.remaining
  const facts: Fact[] = [
    ['Before', countWords(before)],
    [result === undefined ? 'Would be' : 'Now', countWords(after)],
    ...(plan.bytesWritten === 0 ? [] : [writtenFact({ plan, result })]),
    ...copyFacts({ plan, result, copyTo }),
  ]
  const headline = repairWords({ plan, result })
  const parts = [
    `${paint(printable(path), 'strong')}: ${paint(headline.words, headline.tone)}`,
    formatFacts(facts, paint),
  ]
  if (steps.length > 0) parts.push('', ...steps.flatMap((step) => stepLines(step, paint)))
  if (result === undefined && plan.findings.length > 0) {
    parts.push('', `  ${paint('Found:', 'soft')}`, groupTable(plan.findings, { paint, width }))
  }
  if (remaining.length > 0) {
    parts.push('', `  ${paint('Remains:', 'soft')}`, groupTable(remaining, { paint, width }))
  }
  if (result === undefined && plan.writes.length > 0)
    parts.push('', writeTable(plan, { paint, width }))
  if (result === undefined) parts.push('  Nothing was changed.')
  return parts.join('\n')
}

function writtenFact({ plan, result }: Repaired): Fact {
  const count = plan.writes.length + plan.writesOmitted
  const words = `${formatBytes(plan.bytesWritten)} in ${formatPlural(count, 'write')}`
  return [result === undefined ? 'Would write' : 'Written', words]
}

function copyFacts({ plan, result, copyTo }: RepairAnswer): Fact[] {
  if (copyTo !== undefined) {
    const name = printable(copyTo)
    return result === undefined
      ? [['Copy', `${name} would be made and repaired; the image stays as it is`]]
      : [['Copy', `${name} was repaired; the image is as it was`]]
  }
  if (result === undefined) {
    if (plan.safetyCopyBytes === 0) return []
    return [['Safety copy', `${formatBytes(plan.safetyCopyBytes)}, written first`]]
  }
  if (result.safetyCopy === undefined) return []
  return [['Safety copy', `${result.safetyCopy}, with which "platter undo" takes the repair back`]]
}

function stepLines(step: RepairStep, paint: Paint): string[] {
  const { name, included, losesData, text, lost, lostOmitted } = step
  const mark = included
    ? losesData
      ? paint('agreed to', 'waste')
      : paint('safe', 'good')
    : paint(`not done without --allow ${name}`, 'bad')
  const shown = lost.slice(0, listed)
  const omitted = lost.length - shown.length + lostOmitted
  return [
    `  ${paint(name, 'strong')} (${mark}): ${printable(text)}`,
    ...shown.map((range) => `    guest ${rangeWords(range)}`),
    ...(omitted > 0 ? [`    and ${formatCount(omitted)} more (--json has them)`] : []),
  ]
}

const rangeWords = ({ start, length, snapshot }: LostRange): string =>
  `0x${start.toString(16)}: ${formatBytes(length)}${snapshot === undefined ? '' : ` of snapshot "${printable(snapshot)}"`}`

interface TableLayout {
  readonly paint: Paint
  readonly width: number | undefined
}

function groupTable(groups: readonly FindingGroup[], layout: TableLayout): string {
  const columns = [
    { title: 'COUNT', align: 'right' },
    { title: 'RULE' },
    { title: 'WHERE' },
    { title: 'EXAMPLE', shrinks: true },
  ] as const
  const rows = groups.map(({ count, rule, structure, example }) => [
    formatCount(count),
    rule,
    structure,
    example,
  ])
  return formatTable(columns, rows, { ...layout, indent: 2 })
}

function writeTable({ writes, writesOmitted }: RepairPlan, layout: TableLayout): string {
  const columns = [
    { title: 'OFFSET', align: 'right' },
    { title: 'BYTES', align: 'right' },
    { title: 'WRITES' },
    { title: 'NOW', shrinks: true },
    { title: 'THEN', shrinks: true },
  ] as const
  const shown = writes.slice(0, listed)
  const rows = shown.map(({ structure, offset, length, before, after }) => [
    `0x${offset.toString(16)}`,
    formatCount(length),
    structure,
    before,
    after,
  ])
  const omitted = writes.length - shown.length + writesOmitted
  const table = formatTable(columns, rows, { ...layout, indent: 2 })
  return omitted === 0 ? table : `${table}\n  and ${formatCount(omitted)} more (--json has them)`
}
