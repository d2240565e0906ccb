import type { FileParts } from '../files/file-parts.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import { undoLabels, type ImageErrorData } from '../../core/index.ts'
import type { DoneWork, Draft } from '../plans/draft.ts'
import type { UndoStore } from './undo-store.ts'

export interface UndoParts extends FileParts {
  readonly store: UndoStore
}

/** What every draft of an undo has in common. */
export const undoDraft = ({
  job,
  returns,
  refusals = [],
  ...detail
}: {
  readonly job: Job
  /** As part of a sentence. */
  readonly returns: string
  readonly refusals?: readonly ImageErrorData[]
} & Pick<PlanOf<'undo'>, 'change' | 'bytesWritten' | 'damage'>): Pick<
  Draft,
  'detail' | 'refusals' | 'consent' | 'hasEffect'
> => ({
  detail: {
    kind: 'undo',
    jobId: job.id,
    returns: `${returns.charAt(0).toUpperCase()}${returns.slice(1)}.`,
    ...(detail.change === undefined ? {} : { change: detail.change }),
    ...(detail.damage === undefined ? {} : { damage: detail.damage }),
    ...(detail.bytesWritten === undefined ? {} : { bytesWritten: detail.bytesWritten }),
  },
  refusals,
  consent: undefined,
  hasEffect: refusals.length === 0,
})

/** What the history keeps of an undo; the first fact is what marks the job as taken back. */
export const undoneWork = (job: Job, returns: string): Pick<DoneWork, 'summary' | 'facts'> => ({
  summary: `Undone: ${returns}`,
  facts: [
    { label: undoLabels.undone, text: job.id },
    ...(job.summary === undefined ? [] : [{ label: 'Taken back', text: job.summary }]),
  ],
})
