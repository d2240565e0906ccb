import type { AllocationPictures } from '../../ipc/schemas/change.ts'
import type { Health } from '../../ipc/schemas/library.ts'
import type { PlanDetail } from '../../ipc/schemas/plan.ts'
import type { OverlayEffect, PreflightLine } from '../../ipc/schemas/preflight.ts'
import type { ImageErrorData, Progress, ToldChange } from '../../core/index.ts'
import type { EngineHost, FileFacts } from '../jobs/engine-host.ts'
import type { JobSubjects } from '../jobs/job-subjects.ts'
import type { LastCheck } from '../history/images.ts'
import type { JobOutcome } from '../jobs/job-summary.ts'
import type { Hold } from '../workers/hold.ts'

/** What one action would come to: to be shown, to be agreed to, and to be done exactly so. */
export interface Draft {
  readonly detail: PlanDetail
  /** Why the engine would not do it. */
  readonly refusals: readonly ImageErrorData[]
  /** What a person has to agree to first, as the error that says so; undefined when nothing is missing. */
  readonly consent: ImageErrorData | undefined
  /**
   * What is lost for ever, agreed to or not, as a sentence begins; undefined: nothing. No batch does it: there a
   * person agrees to many images at once, without having seen the plan of each.
   */
  readonly loses?: string | undefined
  /** False: there is nothing to do. */
  readonly hasEffect: boolean
  /** What the card follows from, or the card itself where there may be no file to look at. */
  readonly card: CardFacts | { readonly lines: readonly PreflightLine[] }
  /**
   * What was agreed to, beside the request: the state of the files, and what goes. Plain data; two plans with the same
   * basis are the same plan, however much better one of them knows the figures.
   */
  readonly basis: unknown
  /** Does what `detail` says, or refuses with `plan-outdated` when the image is another one by now. */
  readonly carryOut: (work: WorkContext) => Promise<DoneWork>
  /** Leaves with the image what planning found out about it. */
  readonly keep?: ((subjects: JobSubjects, plannedAt: number) => void) | undefined
}

/** What the lines of the card follow from that only this action knows. */
export interface CardFacts {
  /** Files are made beside the image, or take its place: its folder must be writable. */
  readonly makesFiles: boolean
  /**
   * What the action takes the last check for. `must-be-sound`: a damaged image stops it. `judged`: the plan looked at
   * every table itself, and this is what it found. `mended`: it is what the action is for. `does-not-matter`: no line.
   */
  readonly check:
    | { readonly kind: 'must-be-sound' }
    | { readonly kind: 'judged' | 'mended'; readonly health: Health }
    | { readonly kind: 'does-not-matter' }
  /** What is taken of a volume beyond what the files have now; undefined: next to nothing. */
  readonly space?: SpaceNeed | undefined
  /** Snapshots the image has, and those that the change takes away. */
  readonly snapshots?: { readonly count: number; readonly lost: number } | undefined
  /** What it means for overlays of the image; undefined: it is not about what they read. */
  readonly overlays?: OverlayEffect | undefined
  /** Whether the machines that name it are worth a line. */
  readonly tellsMachines: boolean
  readonly undo: Omit<Extract<PreflightLine, { id: 'undo' }>, 'id' | 'tone'> | undefined
  /** At a guess. */
  readonly seconds?: number | undefined
}

export interface SpaceNeed {
  /** In the volume that is written to. */
  readonly folder: string
  readonly bytes: number
}

export interface WorkContext {
  readonly host: EngineHost
  readonly jobId: string
  readonly signal: AbortSignal
  readonly hold?: Hold | undefined
  readonly onEvent: (progress: Progress) => void
  /** A person looks at the receipt: what is only there to be looked at is made as well. No batch pays for it. */
  readonly isLookedAt: boolean
}

export type CheckedHealth = LastCheck['health']

export interface DoneWork extends ToldChange {
  /** Where the image is now, when that is not where it was. */
  readonly path?: string | undefined
  /** Absent for what was not there before. */
  readonly before?: FileFacts | undefined
  /** Absent for what is not there any more. */
  readonly after?: FileFacts | undefined
  /** How a check found the image that was part of the work. */
  readonly stillWrong?: CheckedHealth | undefined
  /** Of a repair: leaked clusters that are free again, inside the file. */
  readonly leaksMended?: number | undefined
  readonly pictures?: AllocationPictures | undefined
  /** Default `ok`. */
  readonly outcome?: JobOutcome | undefined
  /** Leaves with the image what was found out about it; part of the job's own transaction. */
  readonly keep?: (
    subjects: JobSubjects,
    job: { readonly id: number; readonly endedAt: number },
  ) => void
}
