import type { Finding } from '../../../ipc/schemas/check.ts'

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
const harms: readonly Pick<FindingGroup, 'harm' | 'title' | 'meaning'>[] = [
  {
    harm: 'data',
    title: 'Data lost or at risk',
    meaning: 'What the guest reads in these ranges is wrong or cannot be read.',
  },
  {
    harm: 'structure',
    title: 'Table damage',
    meaning: 'Tables that say where data lies are wrong. Reading goes on where they are right.',
  },
  {
    harm: 'refcounts',
    title: 'Refcounts wrong',
    meaning: 'Reading is safe. Writing could give away space that is in use and destroy data.',
  },
  {
    harm: 'space',
    title: 'Wasted space',
    meaning: 'Clusters are reserved that nothing uses (leaks). The data is safe.',
  },
]

export function groupFindings<One extends Countable>(
  findings: readonly One[],
): readonly FindingGroup<One>[] {
  return harms
    .map((group) => {
      const own = findings.filter(({ harm }) => harm === group.harm)
      return { ...group, findings: own, count: own.reduce((sum, { count }) => sum + count, 0) }
    })
    .filter(({ findings: own }) => own.length > 0)
}
