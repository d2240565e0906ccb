import type { Finding } from '../../../ipc/schemas/check.ts'

export interface FindingGroup {
  readonly harm: Finding['harm']
  readonly title: string
  /** What it means for the person's data. */
  readonly meaning: string
  readonly findings: readonly Finding[]
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

export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  return harms
    .map((group) => {
      const own = findings.filter(({ harm }) => harm === group.harm)
      return { ...group, findings: own, count: own.reduce((sum, { count }) => sum + count, 0) }
    })
    .filter(({ findings: own }) => own.length > 0)
}
