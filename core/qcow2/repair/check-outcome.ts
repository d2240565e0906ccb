import type { CheckCounts, FindingGroup } from '../../operations/repair-plan.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { reportHeader } from '../check/blind-spots.ts'
import { checkQcow2 } from '../check/check-qcow2.ts'
import { FindingLog } from '../check/finding-log.ts'
import { checkSubjectOf, headerFactsOf } from '../check/subject-of.ts'
import { summaryOf } from '../check/verdict.ts'
import type { HeaderArea } from '../format/header-area.ts'

/** Findings looked at by rule: enough that no rule is missed among many findings of another one. */
const findingLimit = 20_000

/** A check as a repair needs it: numbers, and what was found by rule. */
export interface CheckOutcome extends CheckCounts {
  readonly complete: boolean
  readonly groups: readonly FindingGroup[]
}

export async function checkOutcome(
  file: BlockFile,
  area: HeaderArea,
  context: OperationContext,
): Promise<CheckOutcome> {
  const log = new FindingLog(findingLimit)
  reportHeader(log, headerFactsOf(area), false)
  const { complete } = await checkQcow2(checkSubjectOf(file, area), log, context)
  return {
    ...summaryOf(log, complete),
    complete,
    groups: groupsOf(log),
  }
}

function groupsOf(log: FindingLog): FindingGroup[] {
  const groups = new Map<string, { -readonly [Key in keyof FindingGroup]: FindingGroup[Key] }>()
  for (const { rule, structure, kind, harm, count, text } of log.kept().findings) {
    const key = `${rule} ${structure}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { rule, structure, kind, harm, count, example: text })
    else group.count += count
  }
  return [...groups.values()]
}

/** Findings of some rules, counted as the check counts them. */
export const countOf = ({ groups }: CheckOutcome, isMeant: (rule: string) => boolean): number =>
  groups.reduce((sum, { rule, count }) => sum + (isMeant(rule) ? count : 0), 0)

/** Whether a repair was worth it: what is worse counts first, and nothing may get worse for it. */
export function isBetter(after: CheckOutcome, before: CheckOutcome): boolean {
  const scores = [after, before].map((outcome) => [
    outcome.complete ? 0 : 1,
    outcome.checkErrors,
    outcome.corruptions,
    outcome.leaks,
    outcome.warnings,
  ])
  const [now = [], then = []] = scores
  const differs = now.findIndex((score, index) => score !== then[index])
  return differs !== -1 && (now[differs] ?? 0) < (then[differs] ?? 0)
}
