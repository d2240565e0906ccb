import type { ImageErrorData } from '../errors/image-error.ts'
import type { AmendableOptions, AmendPlan } from './amend-plan.ts'
import type { RestoreSnapshotPlan } from './kept-snapshot-plan.ts'
import type { BackingLink, RelinkPlan } from './relink-plan.ts'
import type { ResizePlan } from './resize-plan.ts'
import type { RestoreCutPlan } from './restore-cut.ts'
import type { ApplySnapshotPlan, DeleteSnapshotPlan } from './snapshot-plan.ts'

/** One snapshot, told from a later one that got the same id. */
export interface SnapshotMark {
  readonly id: string
  readonly name: string
  /** Unix time in milliseconds. */
  readonly createdAt: number
}

/**
 * A change that was made to an image and that another change can take back: what somebody has to remember
 * of it. Repairs are not among them; their safety copies remember more.
 */
export type DoneChange =
  /** Virtual sizes in bytes. */
  | {
      readonly kind: 'grow'
      readonly format: 'qcow2' | 'raw'
      readonly before: number
      readonly after: number
    }
  /** What was cut off is in the file at `kept`, an absolute path. */
  | {
      readonly kind: 'shrink'
      readonly format: 'qcow2' | 'raw'
      readonly before: number
      readonly after: number
      readonly kept: string
    }
  | { readonly kind: 'amend'; readonly before: AmendableOptions; readonly after: AmendableOptions }
  | { readonly kind: 'snapshot-create'; readonly snapshot: SnapshotMark }
  | {
      readonly kind: 'snapshot-rename'
      readonly snapshot: SnapshotMark
      readonly oldName: string
    }
  /** `kept` is the path of the file that keeps it. */
  | { readonly kind: 'snapshot-delete'; readonly snapshot: SnapshotMark; readonly kept: string }
  | { readonly kind: 'relink'; readonly before: BackingLink; readonly after: BackingLink }
  /** A snapshot was applied after the state before it was kept as another one. */
  | {
      readonly kind: 'snapshot-apply'
      readonly applied: SnapshotMark
      readonly kept: SnapshotMark
    }

/** What takes a change back. */
export type UndoAction =
  | { readonly kind: 'resize'; readonly plan: ResizePlan }
  | { readonly kind: 'restore-cut'; readonly plan: RestoreCutPlan }
  | { readonly kind: 'amend'; readonly plan: AmendPlan }
  | { readonly kind: 'delete-snapshot'; readonly plan: DeleteSnapshotPlan }
  | { readonly kind: 'rename-snapshot'; readonly id: string; readonly name: string }
  | { readonly kind: 'restore-snapshot'; readonly plan: RestoreSnapshotPlan }
  | { readonly kind: 'relink'; readonly plan: RelinkPlan }
  /** Applies the snapshot that was kept, and deletes it then. */
  | { readonly kind: 'apply-kept'; readonly plan: ApplySnapshotPlan }

/** What taking a change back means for the image as it is now. */
export interface UndoChangePlan {
  readonly path: string
  readonly change: DoneChange
  /** undefined when it is refused. */
  readonly action: UndoAction | undefined
  readonly refusal: ImageErrorData | undefined
}
