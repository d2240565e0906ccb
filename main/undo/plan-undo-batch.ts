import { ImageError, type Reason } from '../../core/index.ts'
import type { BatchNote, SkipReason } from '../../ipc/schemas/batch.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { jobsOfBatch } from '../history/jobs.ts'
import type { BatchPlan } from '../jobs/plan-batch.ts'
import { mustBeUndoable, type Undoable } from './undoable.ts'
import type { UndoParts } from './undo-parts.ts'

export interface UndoBatchParts extends Pick<UndoParts, 'db' | 'store'> {
  readonly row: (imageId: number) => LibraryRow | undefined
}

type Because = Extract<SkipReason, { kind: 'no-undo' }>['because']

const reasons: Readonly<Partial<Record<Reason, Because>>> = {
  'undo-done': 'done',
  'undo-not-needed': 'not-needed',
  'undo-let-go': 'let-go',
  'undo-later-first': 'later-first',
}

/**
 * What taking back a whole batch would take in, from what is stored: no image is opened for it. The last one goes first,
 * because an image may stand on the one before it.
 */
export function planUndoBatch(
  { db, store, row }: UndoBatchParts,
  batchId: string,
  imageIds: readonly number[],
): BatchPlan {
  const jobs = new Map(jobsOfBatch(db, batchId).map((job) => [job.imageId, job]))
  const included: { jobId: number; imageId: number; note?: BatchNote }[] = []
  const skipped: { imageId: number; reason: SkipReason }[] = []
  for (const imageId of new Set(imageIds)) {
    const job = jobs.get(imageId)
    const found = job === undefined ? 'nothing-changed' : undoableOr(job, { db, store })
    if (typeof found === 'string') {
      skipped.push({ imageId, reason: { kind: 'no-undo', because: found } })
    } else {
      const note = noteOf(found, row(imageId))
      included.push({ jobId: Number(found.job.id), imageId, ...(note && { note }) })
    }
  }
  return {
    included: included
      .toSorted((one, other) => other.jobId - one.jobId)
      .map(({ jobId: _order, ...each }) => each),
    skipped,
    volumes: [],
  }
}

function undoableOr(job: Job, parts: Pick<UndoParts, 'db' | 'store'>): Undoable | Because {
  if (job.isIdle === true) return 'nothing-changed'
  try {
    return mustBeUndoable(parts, job)
  } catch (thrown) {
    const { reason } = ImageError.from(thrown)
    if (reason === 'undo-no-way' && job.state !== 'succeeded') return 'nothing-changed'
    return reasons[reason] ?? 'no-way'
  }
}

/** The plan of each image, made when its turn comes, looks at the image itself: this is what a person can know before. */
function noteOf(
  { job: { fileAfter }, stored: { record } }: Undoable,
  row: LibraryRow | undefined,
): BatchNote | undefined {
  const isOfContent = record.kind === 'change' || record.kind === 'repair'
  if (!isOfContent || row === undefined || fileAfter === undefined) return undefined
  const { modifiedAt, length } = fileAfter
  const isSame = Math.floor(row.modifiedAt) === Math.floor(modifiedAt) && row.fileLength === length
  return isSame ? undefined : { kind: 'changed-since' }
}
