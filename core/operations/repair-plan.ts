import type { DataLossStep } from '../qcow2/repair/data-loss-steps.ts'
import type { CheckVerdict, FindingKind, Harm, Health } from './check-result.ts'
import type { ImageStamp } from './image-stamp.ts'

/**
 * `leaks` lowers refcounts that are too high (and sets COPIED flags to match when nothing else is wrong);
 * `all` repairs what can be repaired without losing anything, and what a person agreed to lose.
 */
export type RepairMode = 'leaks' | 'all'

export type { DataLossStep }

/** Steps that change nothing a guest or a program could read. */
export type SafeStep =
  | 'refcounts'
  | 'copied-flags'
  | 'reserved-bits'
  | 'preallocated-zero'
  | 'snapshot-entries'
  | 'grown-over'
  | 'header-bits'

/** One kind of change, with everything it changes. */
export interface RepairStep {
  readonly name: SafeStep | DataLossStep
  readonly losesData: boolean
  /** Whether the plan does it: safe steps always, the others with consent. */
  readonly included: boolean
  /** Entries, clusters, snapshots: what the text counts. */
  readonly count: number
  readonly text: string
  /** What a guest loses, at most 1,000 of them; `snapshot` is its name, undefined for the active state. */
  readonly lost: readonly LostRange[]
  readonly lostOmitted: number
}

export interface LostRange {
  readonly start: number
  readonly length: number
  readonly snapshot: string | undefined
}

/** A check in numbers, as `CheckResult` has them. */
export interface CheckCounts {
  readonly verdict: CheckVerdict
  readonly health: Health
  readonly corruptions: number
  readonly leaks: number
  readonly checkErrors: number
  readonly warnings: number
}

/** All findings of one rule about one kind of structure. */
export interface FindingGroup {
  readonly rule: string
  readonly structure: string
  readonly kind: FindingKind
  readonly harm: Harm
  readonly count: number
  /** The sentence of the first of them. */
  readonly example: string
}

/** One write to the image file. */
export interface RepairWrite {
  readonly structure: string
  /** Host offset. */
  readonly offset: number
  /** Bytes. */
  readonly length: number
  /** What is there now, and what will be. */
  readonly before: string
  readonly after: string
}

/** What a repair would do: a value to show, to print, and to hand to `repair`. */
export interface RepairPlan {
  readonly path: string
  readonly format: 'qcow2'
  readonly mode: RepairMode
  /** The data-loss steps that were agreed to; the plan has those of them that there is a use for. */
  readonly consent: readonly DataLossStep[]
  readonly before: CheckCounts
  readonly findings: readonly FindingGroup[]
  readonly steps: readonly RepairStep[]
  /** In the order they will be done; at most 1,000 of them. */
  readonly writes: readonly RepairWrite[]
  readonly writesOmitted: number
  readonly bytesWritten: number
  /** What a check will find afterwards. */
  readonly after: CheckCounts
  readonly remaining: readonly FindingGroup[]
  /** Bytes of the file that takes the repair back. */
  readonly safetyCopyBytes: number
  /** SHA-256 over all writes: what `repair` does is what was planned, or nothing. */
  readonly digest: string
  readonly stamp: ImageStamp
}

export interface RepairResult {
  readonly path: string
  readonly before: CheckCounts
  readonly after: CheckCounts
  readonly corruptionsFixed: number
  readonly leaksFixed: number
  /** Path of the file that takes the repair back; undefined when there was nothing to repair. */
  readonly safetyCopy: string | undefined
  readonly bytesWritten: number
  readonly remaining: readonly FindingGroup[]
}
