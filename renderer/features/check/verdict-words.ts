import type { CheckResult } from '../../../ipc/schemas/check.ts'
import { formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'
import type { Tone } from '../../ui/badge.tsx'

export interface VerdictWords {
  readonly tone: Tone
  readonly title: string
  /** What it means, with numbers. */
  readonly detail: string
  readonly advice: string
}

/** A check's verdict as people need it: how bad, how much, what to do. */
export function verdictWords(check: CheckResult, units: ByteUnits): VerdictWords {
  const { verdicts, leaked: leakedWords, both } = texts().check
  const leaked = leakedWords(
    counted(check.leaks, 'leakedCluster'),
    formatBytes(check.leakedBytes, units),
  )
  const problems = check.leaks > 0 ? both(problemsOf(check), leaked) : problemsOf(check)
  if (check.verdict === 'incomplete') {
    const { title, detail, advice } = verdicts.incomplete
    const parts = counted(check.checkErrors, 'part')
    const corruptions = counted(check.corruptions, 'corruption')
    return { tone: 'bad', title, detail: detail(parts, corruptions, leaked), advice }
  }
  switch (check.health) {
    case 'healthy': {
      const { title, detail, nothingToDo, remarks } = verdicts.healthy
      return {
        tone: 'good',
        title,
        detail: detail(counted(check.clusters.allocated, 'cluster')),
        advice: check.warnings === 0 ? nothingToDo : remarks(counted(check.warnings, 'remark')),
      }
    }
    case 'leaks': {
      const { title, detail, advice } = verdicts.leaks
      return { tone: 'warn', title, detail: detail(leaked), advice }
    }
    case 'needs-repair':
    case 'damaged': {
      const { title, detail, advice } = verdicts[check.health]
      return { tone: 'bad', title, detail: detail(problems), advice }
    }
    default:
      return unreachable(check.health)
  }
}

/** Data can be at risk by what QEMU does not count (a warning of ours). */
const problemsOf = ({ corruptions, warnings }: CheckResult): string =>
  corruptions > 0
    ? counted(corruptions, 'corruption')
    : counted(warnings, 'problemQemuDoesNotCount')
