import { ImageError } from '../../core/index.ts'
import type { ActionOf } from '../../ipc/schemas/action.ts'
import { isChange } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { findJob, jobOfBatchOn } from '../history/jobs.ts'
import { possibleUndos, undoOf, type StoredUndo } from '../history/undos.ts'
import type { UndoParts } from './undo-parts.ts'

/** Newer changes of one image that are looked through. */
const looked = 200

/** A job that can be taken back as far as is known without looking at the image. */
export interface Undoable {
  readonly job: Job
  readonly stored: StoredUndo
}

type Parts = Pick<UndoParts, 'db' | 'store'>

/** The job that is meant: by its id, or what a batch did to this image. Throws `undo-nothing`. */
export function jobToUndo(
  { db }: Pick<Parts, 'db'>,
  {
    imageId,
    path = `image ${imageId}`,
  }: { readonly imageId: number; readonly path?: string | undefined },
  parameters: ActionOf<'undo'>['parameters'],
): Job {
  const job =
    'id' in parameters
      ? findJob(db, parameters.id)
      : jobOfBatchOn(db, { batchId: parameters.batch, imageId })
  if (job?.imageId === imageId) return job
  const id = 'id' in parameters ? parameters.id : `batch ${parameters.batch}`
  throw new ImageError('undo-nothing', { path, id })
}

/**
 * Throws `undo-done`, `undo-let-go`, `undo-no-way`, `undo-not-needed`, and `undo-later-first` where another place came
 * later, which has to be taken back first.
 */
export function mustBeUndoable({ db, store }: Parts, job: Job): Undoable {
  const stored = mustBePossible(job, store.find(job.id))
  mustBeLatestPlace(db, stored)
  return { job, stored }
}

function mustBePossible(job: Job, stored: StoredUndo | undefined): StoredUndo {
  const facts = { path: job.imagePath, id: job.id }
  const undo = undoOf(job, stored?.state)
  if (undo === 'done') throw new ImageError('undo-done', facts)
  if (undo === 'not-needed') throw new ImageError('undo-not-needed', facts)
  if (stored?.state === 'gone') throw new ImageError('undo-let-go', facts)
  if (stored?.state === 'possible') return stored
  const feature = isChange(job.request)
    ? `The change “${job.request.kind}”`
    : 'Work that only reads'
  throw new ImageError('undo-no-way', { ...facts, feature })
}

/** A file that is in the Trash, out of the library or at yet another place has to come back first. */
function mustBeLatestPlace(db: Parts['db'], { jobId, record, imageId }: StoredUndo): void {
  const hindrance = possibleUndos(db, { limit: looked, imageId }).find(
    (other) =>
      Number(other.jobId) > Number(jobId) &&
      (isAway(other) || (record.kind === 'place' && other.record.kind === 'place')),
  )
  if (hindrance === undefined) return
  const later = findJob(db, hindrance.jobId)
  throw new ImageError('undo-later-first', {
    ...(later === undefined ? {} : { path: later.imagePath }),
    ...(later?.summary === undefined ? {} : { found: `“${later.summary}”` }),
  })
}

const isAway = ({ record }: StoredUndo): boolean =>
  record.kind === 'trash' || record.kind === 'remove'
