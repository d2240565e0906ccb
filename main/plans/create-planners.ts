import { ImageError } from '../../core/index.ts'
import { planCompact } from './plan-compact.ts'
import { relinkPlanner, type RelinkParts } from './plan-relink.ts'
import { planRepair } from './plan-repair.ts'
import { planResize } from './plan-resize.ts'
import { planSnapshot } from './plan-snapshot.ts'
import type { FilePlanners, Planners } from './planners.ts'

/** Every kind of action with its planner; those about places and undoing have a home of their own. */
export const createPlanners = (parts: RelinkParts, files: FilePlanners = notYet): Planners => ({
  resize: planResize,
  compact: planCompact,
  repair: planRepair,
  snapshot: planSnapshot,
  relink: relinkPlanner(parts),
  ...files,
})

const missing = async (): Promise<never> => {
  throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
}

const notYet = { rename: missing, move: missing, trash: missing, remove: missing, undo: missing }
