/** What a check found: values, so that window, command line, reports and history say the same. */

/**
 * `corruption`, `leak` and `check-error` are counted exactly as `qemu-img check` counts them.
 * `warning` is what Platter sees beyond QEMU's rules (see docs/QCOW2.md, "What QEMU does not check").
 */
export type FindingKind = 'corruption' | 'leak' | 'check-error' | 'warning'

/** What a finding costs, worst last: space only, refcounts wrong, tables damaged, guest data lost. */
export type Harm = 'space' | 'refcounts' | 'structure' | 'data'

export interface Finding {
  readonly kind: FindingKind
  readonly harm: Harm
  /** Stable name of the rule, kebab-case: `refcount-too-low`, `l2-entry-unaligned`… */
  readonly rule: string
  /** The part of the file that is wrong: `L2 table`, `refcount block`, `data cluster`… */
  readonly structure: string
  /** Host offset of what is wrong, bytes. */
  readonly offset: number | undefined
  /** What points there: the entry's own host offset and table. */
  readonly reference: { readonly structure: string; readonly offset: number } | undefined
  /** Guest bytes that are affected. */
  readonly guest: { readonly start: number; readonly length: number } | undefined
  /** The internal snapshot whose tables are concerned; undefined for the active state. */
  readonly snapshot: { readonly id: string; readonly name: string } | undefined
  /** How many neighbouring clusters this one finding stands for (leaks come in runs). */
  readonly count: number
  /** One sentence for people. */
  readonly text: string
}

/** QEMU's verdict: what the exit code of `qemu-img check` says. */
export type CheckVerdict = 'clean' | 'leaks' | 'corrupt' | 'incomplete'

/** The word on the badge: the verdict, with our warnings taken into account. */
export type Health = 'healthy' | 'leaks' | 'needs-repair' | 'damaged'

export interface CheckResult {
  readonly path: string
  readonly format: 'qcow2'
  readonly verdict: CheckVerdict
  readonly health: Health
  readonly corruptions: number
  readonly leaks: number
  readonly checkErrors: number
  readonly warnings: number
  /** Bytes the leaked clusters occupy. */
  readonly leakedBytes: number
  readonly clusters: {
    readonly total: number
    readonly allocated: number
    readonly fragmented: number
    readonly compressed: number
  }
  /** (highest cluster with a refcount or a reference + 1) * cluster size. */
  readonly imageEndOffset: number
  readonly clusterSize: number
  /** At most `findingLimit` of them, the most harmful kept first. */
  readonly findings: readonly Finding[]
  readonly findingsOmitted: number
  /** The image was open for writing elsewhere: the result may lag behind. */
  readonly live: boolean
  /** Bytes of metadata read. */
  readonly bytesRead: number
}
