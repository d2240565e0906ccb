import type { FilePlanners } from '../plans/planners.ts'
import { undoPlanner } from '../undo/plan-undo.ts'
import type { UndoParts } from '../undo/undo-parts.ts'
import { placePlanner } from './plan-place.ts'
import { removePlanner } from './plan-remove.ts'
import { trashPlanner } from './plan-trash.ts'

/** What is about places, names and what was done before. */
export const createFilePlanners = (parts: UndoParts): FilePlanners => ({
  rename: placePlanner(parts),
  move: placePlanner(parts),
  trash: trashPlanner(parts),
  remove: removePlanner(parts),
  undo: undoPlanner(parts),
})
