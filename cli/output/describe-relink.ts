import { formatBytes, linkText, relinkWords, type Relinked } from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'

/** Which backing file an image has now, or would have, and why that may be the wrong one. */
export function describeRelink(path: string, relinked: Relinked, { paint }: TextLayout): string {
  const { plan, result } = relinked
  const facts: Fact[] = [
    ['Backing file', `${linkText(plan.before)} -> ${linkText(plan.after)}`],
    ...(plan.backingSize === undefined
      ? []
      : [['Its disk', formatBytes(plan.backingSize)] as const]),
    ...plan.warnings.map(({ text }): Fact => ['Note', text]),
  ]
  return [
    `${paint(printable(path), 'strong')}: ${relinkWords(relinked, printable)}`,
    formatFacts(facts, paint),
    ...(result === undefined ? ['  Nothing was changed.'] : []),
  ].join('\n')
}
