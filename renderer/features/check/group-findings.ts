import type { Finding } from '../../../ipc/schemas/check.ts'
import { texts } from '../../texts/texts.ts'

/** Single findings of a check, or all of one rule together in the plan of a repair. */
type Countable = Pick<Finding, 'harm' | 'count'>

export interface FindingGroup<One extends Countable = Finding> {
  readonly harm: Finding['harm']
  readonly title: string
  /** What it means for the person's data. */
  readonly meaning: string
  readonly findings: readonly One[]
  /** Clusters or entries they stand for. */
  readonly count: number
}

/** Worst first. */
const harms = ['data', 'structure', 'refcounts', 'space'] as const

export function groupFindings<One extends Countable>(
  findings: readonly One[],
): readonly FindingGroup<One>[] {
  return harms
    .map((harm) => {
      const own = findings.filter((finding) => finding.harm === harm)
      const count = own.reduce((sum, finding) => sum + finding.count, 0)
      return { harm, ...texts().check.harms[harm], findings: own, count }
    })
    .filter(({ findings: own }) => own.length > 0)
}
