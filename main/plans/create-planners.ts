import { KeptCompactPlans } from './kept-compact-plans.ts'
import { compactPlanner } from './plan-compact.ts'
import { relinkPlanner, type RelinkParts } from './plan-relink.ts'
import { repairPlanner } from './plan-repair.ts'
import type { RepairCopyParts } from './repair-copy.ts'
import { resizePlanner, type ResizeParts } from './plan-resize.ts'
import { snapshotPlanner, type SnapshotParts } from './plan-snapshot.ts'
import type { FilePlanners, Planners } from './planners.ts'

/** Every kind of action with its planner; those about places and undoing have a home of their own. */
export const createPlanners = (
  parts: RelinkParts & RepairCopyParts & ResizeParts & SnapshotParts,
  files: FilePlanners,
): Planners => ({
  resize: resizePlanner(parts),
  compact: compactPlanner(new KeptCompactPlans()),
  repair: repairPlanner(parts),
  snapshot: snapshotPlanner(parts),
  relink: relinkPlanner(parts),
  ...files,
})
