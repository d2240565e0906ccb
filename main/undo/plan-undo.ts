import { ImageError, unreachable } from '../../core/index.ts'
import { isChange } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { findJob } from '../history/jobs.ts'
import { possibleUndos, undoOf, type StoredUndo } from '../history/undos.ts'
import type { FreePlanner } from '../plans/planners.ts'
import { draftChange, draftRepair } from './undo-engine-change.ts'
import { draftPlace, draftRemove, draftTrash } from './undo-place.ts'
import type { UndoParts } from './undo-parts.ts'

/** Newer changes of one image that are looked through. */
const looked = 200

/**
 * Takes a job back. What the image is now decides whether it can be, never how long ago it was; where another place
 * came later, that has to be taken back first. Throws `undo-nothing`, `undo-done`, `undo-let-go`, `undo-no-way`,
 * `undo-not-needed` and `undo-later-first`; what the image says is the draft's refusal.
 */
export const undoPlanner =
  (parts: UndoParts): FreePlanner<'undo'> =>
  async (target, { parameters }, context) => {
    const { imageId } = target
    const job = findJob(parts.db, parameters.id)
    if (job?.imageId !== imageId) {
      const path = target.path ?? `image ${imageId}`
      throw new ImageError('undo-nothing', { path, id: parameters.id })
    }
    const stored = mustBePossible(job, parts.store.find(job.id))
    const { record } = stored
    mustBeLatestPlace(parts, stored)
    switch (record.kind) {
      case 'change':
        return draftChange(parts, await target.look(), { job, change: record.change }, context)
      case 'repair': {
        const { safetyCopy } = record
        return draftRepair(parts, await target.look(), { job, safetyCopy }, context)
      }
      case 'place':
        return draftPlace(parts, await target.look(), { job, record }, context)
      case 'trash':
        return draftTrash(parts, imageId, { job, record })
      case 'remove':
        return draftRemove(parts, imageId, { job, record })
      default:
        return unreachable(record)
    }
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
function mustBeLatestPlace({ db }: UndoParts, { jobId, record, imageId }: StoredUndo): void {
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
