import { printable } from './printable.ts'
import type { Paint } from './style.ts'

export type Fact = readonly [label: string, value: string]

/** Labels and values in two columns, two spaces in. */
export function formatFacts(facts: readonly Fact[], paint: Paint): string {
  const widest = Math.max(0, ...facts.map(([label]) => label.length))
  return facts
    .map(([label, value]) => `  ${paint(label.padEnd(widest), 'soft')}  ${printable(value)}`)
    .join('\n')
}
