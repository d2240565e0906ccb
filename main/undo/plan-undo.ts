import { unreachable } from '../../core/index.ts'
import type { FreePlanner } from '../plans/planners.ts'
import { draftChange, draftRepair } from './undo-engine-change.ts'
import { draftPlace, draftRemove, draftTrash } from './undo-place.ts'
import type { UndoParts } from './undo-parts.ts'
import { jobToUndo, mustBeUndoable } from './undoable.ts'

/**
 * Takes a job back. What the image is now decides whether it can be, never how long ago it was; where another place
 * came later, that has to be taken back first. Throws `undo-nothing`, `undo-done`, `undo-let-go`, `undo-no-way`,
 * `undo-not-needed` and `undo-later-first`; what the image says is the draft's refusal.
 */
export const undoPlanner =
  (parts: UndoParts): FreePlanner<'undo'> =>
  async (target, { parameters }, context) => {
    const { imageId } = target
    const { job, stored } = mustBeUndoable(parts, jobToUndo(parts, target, parameters))
    const { record } = stored
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
