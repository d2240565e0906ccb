/** What a compacting process and its parent tell each other. */
import type { CompactMode } from '../../../core/operations/compact-plan.ts'
import type { CompactResult } from '../../../core/operations/compact-result.ts'
import type { Progress } from '../../../core/progress.ts'

export type CompactingLine =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: CompactResult }

export const formatLine = (line: CompactingLine): string => `${JSON.stringify(line)}\n`

/** Both ends are of one program. */
export const parseLine = (line: string): CompactingLine => JSON.parse(line) as CompactingLine

const modes = ['in-place', 'punch', 'rewrite', 'zeroes'] as const satisfies readonly CompactMode[]

export function modeOf(word: string): CompactMode {
  const mode = modes.find((known) => known === word)
  if (mode === undefined) throw new Error(`"${word}" is no mode of compaction`)
  return mode
}
