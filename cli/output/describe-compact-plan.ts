import {
  compactModeWords,
  formatBytes,
  formatDuration,
  freedBytes,
  ImageError,
  type CompactMode,
  type CompactPlan,
  type ModePlan,
} from '../../core/index.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import type { Paint } from '../terminal/style.ts'
import { formatTable, type Cell, type Row } from '../terminal/table.ts'
import { causeFacts, keptFact, noteWords, reasonWords } from './compact-words.ts'

export interface PlanLayout {
  readonly path: string
  readonly paint: Paint
  /** What was asked for; `auto` is the plan's own choice. */
  readonly mode: CompactMode | 'auto'
  readonly width: number | undefined
}

/** `--dry-run`: what would come of it, where the space is, and what each mode takes. */
export function describeCompactPlan(
  plan: CompactPlan,
  { path, mode, paint, width }: PlanLayout,
): string {
  const chosen = modeOf(plan, mode)
  const facts: Fact[] = [...causeFacts(plan), keptFact(plan)]
  if (mode === 'auto' && plan.auto !== undefined) {
    const { mode: picked, because } = plan.auto
    facts.push(['Mode', `${compactModeWords[picked]}: ${reasonWords[because]}`])
  }
  const { notes } = plan.modes[chosen]
  facts.push(...notes.map((note): Fact => ['Note', noteWords[note]]))
  return [
    `${paint(printable(path), 'strong')}: ${headline(plan, chosen)}`,
    formatFacts(facts, paint),
    '',
    modeTable(plan, chosen, { paint, width }),
    '  Nothing was changed.',
  ].join('\n')
}

/** Where nothing is picked, what says best why: nothing is gained, or it is refused. */
export const modeOf = (plan: CompactPlan, mode: CompactMode | 'auto'): CompactMode =>
  mode === 'auto' ? (plan.auto?.mode ?? (plan.format === 'raw' ? 'punch' : 'in-place')) : mode

function headline(plan: CompactPlan, chosen: CompactMode): string {
  const { allowed, gains, after, isExact } = plan.modes[chosen]
  if (!allowed) return `cannot be done now (${compactModeWords[chosen]})`
  if (!gains || after === undefined) return 'nothing to give back'
  const freed = freedBytes(plan.before, after)
  return `would give back ${isExact ? '' : 'about '}${formatBytes(freed)}`
}

const columns = [
  { title: 'MODE' },
  { title: 'FILE AFTER', align: 'right' },
  { title: 'ON DISK AFTER', align: 'right' },
  { title: 'MOVES', align: 'right' },
  { title: 'NEEDS', align: 'right' },
  { title: 'TIME', align: 'right' },
  { title: 'REMARKS', shrinks: true },
] as const

function modeTable(
  plan: CompactPlan,
  chosen: CompactMode,
  layout: { readonly paint: Paint; readonly width: number | undefined },
): string {
  const rows = modes.map((mode) => rowOf(mode, plan.modes[mode], mode === chosen))
  return formatTable(columns, rows, { ...layout, indent: 2 })
}

const modes = ['in-place', 'punch', 'rewrite', 'zeroes'] as const satisfies readonly CompactMode[]

function rowOf(mode: CompactMode, plan: ModePlan, isChosen: boolean): Row {
  const name: Cell = { text: compactModeWords[mode], tone: isChosen ? 'strong' : 'plain' }
  const [refusal] = plan.refusals
  if (refusal !== undefined) {
    const { title } = ImageError.fromJSON(refusal).explanation
    return [name, '', '', '', '', '', { text: title, tone: 'soft' }]
  }
  const { after, isExact, moved, temporaryBytes, estimatedSeconds, gains } = plan
  const about = isExact ? '' : '~ '
  return [
    name,
    after === undefined ? '?' : `${about}${formatBytes(after.fileLength)}`,
    after?.allocatedBytes === undefined ? '?' : `${about}${formatBytes(after.allocatedBytes)}`,
    formatBytes(moved.bytes),
    formatBytes(temporaryBytes),
    estimatedSeconds === undefined ? '-' : `~ ${formatDuration(estimatedSeconds * 1000)}`,
    gains ? '' : 'gains nothing',
  ]
}
