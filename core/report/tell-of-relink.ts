import { printable } from '../base/text.ts'
import type { BackingLink, RelinkPlan, RelinkResult } from '../operations/relink-plan.ts'
import { asSentence, type ToldChange } from './told-change.ts'

/** What naming another backing file came to; a `result` that is undefined was only planned. */
export interface Relinked {
  readonly plan: RelinkPlan
  readonly result: RelinkResult | undefined
}

/** For behind the name of the image; `shown` as in `snapshotWords`. */
export function relinkWords({ plan, result }: Relinked, shown: (name: string) => string): string {
  const verb = result === undefined ? 'would be read through' : 'is read through'
  return `${verb} ${shown(plan.after.name)}`
}

/** What the history keeps of it. */
export function tellOfRelink({ plan, result }: Relinked): ToldChange {
  const summary = asSentence(`backing file is ${printable(plan.after.name)} now`)
  const facts = [
    { label: 'Backing file', text: linkText(plan.after) },
    { label: 'It was', text: linkText(plan.before) },
  ]
  if (result === undefined) return { summary, facts }
  const { before, after } = result
  return { summary, facts, undo: { kind: 'relink', before, after } }
}

/** A name with its format, to be shown. */
export const linkText = ({ name, format }: BackingLink): string =>
  `${printable(name)}${format === undefined ? '' : ` (${printable(format)})`}`
