import type { PatternOptions } from '../../core/index.ts'
import type { patternOptions } from '../table/content-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { CommonOptions } from '../table/shared-options.ts'
import type { Call } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

export type PatternWords = OptionValues<typeof patternOptions>
export type PatternCall = Call<PatternWords & CommonOptions>

/** With the defaults filled in, for the answer to tell. */
export type WantedPattern = PatternOptions & { readonly clusterSize: number }

/** Throws UsageError for what only random patterns have. */
export function wantedPattern({
  pattern: kind,
  seed,
  fill,
  clusterBits = 16,
}: PatternWords): WantedPattern {
  const clusterSize = 2 ** clusterBits
  if (kind === 'random') return { kind, clusterSize, seed: seed ?? 0, fill: fill ?? 50 }
  if (seed !== undefined) throw new UsageError('--seed needs --pattern random.')
  if (fill !== undefined) throw new UsageError('--fill needs --pattern random.')
  return { kind, clusterSize }
}

/** As every answer has it. */
export const patternJson = ({ kind, ...rest }: WantedPattern) => ({ name: kind, ...rest })
