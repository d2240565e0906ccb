import type { Finding, FindingKind, Harm } from '../../operations/check-result.ts'

const harms: readonly Harm[] = ['data', 'structure', 'refcounts', 'space']

/** What a rule reports; the log adds what was left out. */
export interface NewFinding {
  readonly kind: FindingKind
  readonly harm: Harm
  readonly rule: string
  readonly structure: string
  readonly text: string
  readonly offset?: number | undefined
  readonly reference?: Finding['reference']
  readonly guest?: Finding['guest']
  readonly snapshot?: Finding['snapshot']
}

/** Counts every finding and keeps at most `limit` of them, the most harmful first. */
export class FindingLog {
  readonly #limit: number
  readonly #kept: Record<Harm, Finding[]> = { data: [], structure: [], refcounts: [], space: [] }
  readonly #counts: Record<FindingKind, number> = {
    corruption: 0,
    leak: 0,
    'check-error': 0,
    warning: 0,
  }
  /** Why a check could not finish comes before everything it found. */
  readonly #errors: Finding[] = []
  readonly #harms: Readonly<Record<FindingKind, Set<Harm>>> = {
    corruption: new Set(),
    leak: new Set(),
    'check-error': new Set(),
    warning: new Set(),
  }
  #findings = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * `count` is what QEMU adds to its counter; `describe` runs only when the finding is kept, so that an
   * image with a million of them costs no million sentences.
   */
  add(
    kind: FindingKind,
    harm: Harm,
    count: number,
    describe: () => Omit<NewFinding, 'kind' | 'harm'>,
  ): void {
    this.#findings++
    this.#counts[kind] += count
    this.#harms[kind].add(harm)
    const shelf = kind === 'check-error' ? this.#errors : this.#kept[harm]
    if (shelf.length >= this.#limit) return
    const found = describe()
    shelf.push({
      offset: undefined,
      reference: undefined,
      guest: undefined,
      snapshot: undefined,
      ...found,
      kind,
      harm,
      count,
    })
  }

  /** Lets somebody who learnt more complete the findings that are kept. */
  amend(change: (finding: Finding) => Finding): void {
    for (const shelf of [this.#errors, ...Object.values(this.#kept)]) {
      for (const [index, finding] of shelf.entries()) shelf[index] = change(finding)
    }
  }

  total(kind: FindingKind): number {
    return this.#counts[kind]
  }

  has(kind: FindingKind, harm: Harm): boolean {
    return this.#harms[kind].has(harm)
  }

  /** The findings that are kept, most harmful first, otherwise in the order they were found. */
  kept(): { readonly findings: Finding[]; readonly omitted: number } {
    const shelves = [this.#errors, ...harms.map((harm) => this.#kept[harm])]
    const findings = shelves.flat().slice(0, this.#limit)
    return { findings, omitted: this.#findings - findings.length }
  }
}
