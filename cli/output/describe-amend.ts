import {
  formatBytes,
  formatPlural,
  unreachable,
  type AmendableOptions,
  type AmendPlan,
  type AmendResult,
  type AmendStep,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { changeWords } from './compact-words.ts'
import type { FinishedChange } from './record-change.ts'

export interface Amended {
  readonly plan: AmendPlan
  /** undefined after --dry-run. */
  readonly fileLength: AmendResult['fileLength'] | undefined
}

/** Which options an image has now, or would have, and what that takes. */
export function describeAmend(
  path: string,
  { plan, fileLength }: Amended,
  { paint }: TextLayout,
): string {
  const { before, after, steps } = plan
  const isDone = fileLength !== undefined
  const verb = isDone ? 'changed' : 'would be changed'
  const facts: Fact[] = [
    ['Version', fromTo(String(before.version), String(after.version))],
    ['Refcounts', fromTo(widthWords(before), widthWords(after))],
    ['Lazy refcounts', fromTo(onOff(before), onOff(after))],
    ...(isDone && steps.length > 0
      ? [['File length', changeWords(fileLength.before, fileLength.after)] as const]
      : []),
    ...steps.map((step): Fact => [isDone ? 'Done' : 'Step', stepWords(step)]),
  ]
  return [
    `${paint(printable(path), 'strong')}: ${steps.length === 0 ? 'is as wanted already' : verb}`,
    formatFacts(facts, paint),
    ...(isDone ? [] : ['  Nothing was changed.']),
  ].join('\n')
}

/** What the history keeps of it. */
export function tellOfAmend({ plan }: Amended): FinishedChange {
  const { before, after, steps } = plan
  if (steps.length === 0) return { summary: 'Options are as wanted already', facts: [] }
  return {
    summary: `Options changed: ${steps.map((step) => stepWords(step)).join(', ')}`,
    facts: [
      { label: 'Version', text: fromTo(String(before.version), String(after.version)) },
      { label: 'Refcounts', text: fromTo(widthWords(before), widthWords(after)) },
      { label: 'Lazy refcounts', text: fromTo(onOff(before), onOff(after)) },
    ],
    undo: { kind: 'amend', before, after },
  }
}

const fromTo = (from: string, to: string): string => (from === to ? from : `${from} -> ${to}`)

const widthWords = ({ refcountBits }: AmendableOptions): string => formatPlural(refcountBits, 'bit')

const onOff = ({ lazyRefcounts }: AmendableOptions): string => (lazyRefcounts ? 'on' : 'off')

function stepWords(step: AmendStep): string {
  switch (step.kind) {
    case 'rebuild-refcounts':
      return 'refcounts counted anew, because it was not closed properly'
    case 'expand-zero-clusters': {
      const { clusters, written, newBytes } = step
      const grown = newBytes === 0 ? '' : `, ${formatBytes(newBytes)} of them new in the file`
      return `${formatPlural(clusters, 'zero cluster')} without a flag, ${written} written out${grown}`
    }
    case 'complete-snapshots':
      return `${formatPlural(step.snapshots, 'snapshot')} given a disk size`
    case 'refcount-width':
      return `refcounts of ${formatPlural(step.to, 'bit')}`
    case 'version':
      return `version ${step.to}`
    case 'lazy-refcounts':
      return `lazy refcounts ${step.to ? 'on' : 'off'}`
    default:
      return unreachable(step)
  }
}
