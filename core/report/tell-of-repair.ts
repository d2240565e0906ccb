import type { CheckCounts, RepairPlan, RepairResult } from '../operations/repair-plan.ts'
import { formatPlural } from './format-quantity.ts'
import { asSentence, undoLabels, type ToldChange } from './told-change.ts'

export interface Repaired {
  readonly plan: RepairPlan
  /** undefined: it was only planned. */
  readonly result: RepairResult | undefined
}

/** What a repair came to, or would, for behind the name of the image; `tone` is that of the end. */
export function repairWords({ plan, result }: Repaired): {
  readonly words: string
  readonly tone: 'good' | 'waste' | 'bad'
} {
  const after = result?.after ?? plan.after
  if (plan.steps.every(({ included }) => !included)) return nothingWords(plan, after)
  const fixed = [
    ...countedWords(plan.before.corruptions - after.corruptions, 'corruption'),
    ...countedWords(plan.before.leaks - after.leaks, 'leak'),
  ]
  const verb = result === undefined ? 'would be repaired' : 'repaired'
  const words = fixed.length === 0 ? '' : `: ${fixed.join(' and ')} fixed`
  const end =
    result !== undefined && after.verdict === 'clean' ? 'clean now' : endWords[after.verdict]
  return { words: `${verb}${words}, ${end}`, tone: toneOf[after.verdict] }
}

function nothingWords({ steps, mode }: RepairPlan, { verdict }: CheckCounts) {
  if (verdict === 'clean') return { words: 'clean, nothing to repair', tone: 'good' } as const
  const words =
    steps.length > 0
      ? 'nothing can be repaired without losing something'
      : mode === 'leaks'
        ? 'needs the full repair; to repair leaks alone does nothing here'
        : 'nothing of it can be repaired'
  return { words, tone: 'bad' } as const
}

const endWords: Readonly<Record<CheckCounts['verdict'], string>> = {
  clean: 'clean then',
  leaks: 'leaks remain',
  corrupt: 'corruption remains',
  incomplete: 'not all could be checked',
}

const toneOf = {
  clean: 'good',
  leaks: 'waste',
  corrupt: 'bad',
  incomplete: 'bad',
} as const

const countedWords = (count: number, one: string): string[] =>
  count > 0 ? [formatPlural(count, one)] : []

/** How much of each kind is wrong. */
export type Damage = Pick<CheckCounts, 'corruptions' | 'leaks' | 'checkErrors' | 'warnings'>

/** `2 corruptions, 1 leak`, or `clean`. */
export function countWords({ corruptions, leaks, checkErrors, warnings }: Damage): string {
  const words = [
    ...countedWords(corruptions, 'corruption'),
    ...countedWords(leaks, 'leak'),
    ...countedWords(checkErrors, 'check error'),
    ...countedWords(warnings, 'warning'),
  ]
  return words.length === 0 ? 'clean' : words.join(', ')
}

/** The numbers that `countWords` was made of. */
export function countsOfWords(words: string): Damage {
  const countOf = (one: string): number =>
    Number(
      new RegExp(`(?:^|, )([\\d,]+) ${one}s?(?:,|$)`).exec(words)?.[1]?.replaceAll(',', '') ?? 0,
    )
  return {
    corruptions: countOf('corruption'),
    leaks: countOf('leak'),
    checkErrors: countOf('check error'),
    warnings: countOf('warning'),
  }
}

/** What the history keeps of it. */
export function tellOfRepair(repaired: Repaired): ToldChange {
  const { plan, result } = repaired
  const after = result?.after ?? plan.after
  return {
    summary: asSentence(repairWords(repaired).words),
    facts: [
      { label: undoLabels.damageBefore, text: countWords(plan.before) },
      { label: 'After', text: countWords(after) },
      { label: 'Written', bytes: plan.bytesWritten },
      ...(result?.safetyCopy === undefined
        ? []
        : [{ label: undoLabels.safetyCopy, text: result.safetyCopy }]),
    ],
  }
}
