import type { Environment, WritingEnvironment } from '../image/environment.ts'
import {
  deleteSnapshot as deleteInImage,
  planDeleteSnapshot as planInImage,
} from '../qcow2/snapshot/delete-snapshot.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import { stampOf } from './image-stamp.ts'
import {
  changeSnapshots,
  freedSpace,
  lookAtSnapshots,
  type SnapshotOptions,
} from './open-snapshots.ts'
import type { PlanSnapshotOptions } from './snapshot-apply.ts'
import type { DeletedSnapshotChange, DeleteSnapshotPlan } from './snapshot-plan.ts'

/** What deleting a snapshot would free, found by reading only. Throws as `planApplySnapshot`. */
export async function planDeleteSnapshot(
  host: Environment,
  path: string,
  options: PlanSnapshotOptions,
): Promise<DeleteSnapshotPlan> {
  return lookAtSnapshots(host, path, options, async (file, area) => {
    // Before the tables are read: what changes meanwhile must not pass for what was looked at.
    const stamp = stampOf(file)
    const { entry, freed } = await planInImage(file, area, options)
    return {
      path,
      snapshot: describeSnapshot(entry, area.geometry.virtualSize),
      freed: freed && freedSpace(freed, area),
      stamp,
    }
  })
}

export interface DeleteSnapshotOptions extends SnapshotOptions {
  /** What the person agreed to; refused with `plan-outdated` once the image is another one. */
  readonly plan: DeleteSnapshotPlan
}

/**
 * Deletes a snapshot with its VM state; the space that only it needed is free for the image, and given
 * back to the disk where it is at the end of the file.
 *
 * Can be cancelled while references are counted and tables written; nothing was changed then. Throws
 * `plan-outdated`, what planning throws, and what `createSnapshot` throws.
 */
export async function deleteSnapshot(
  host: WritingEnvironment,
  path: string,
  options: DeleteSnapshotOptions,
): Promise<DeletedSnapshotChange> {
  const { plan, signal, pause, onProgress } = options
  const { stamp, snapshot } = plan
  return changeSnapshots(host, path, { ...options, stamp }, async (file, before) => {
    const { id } = snapshot
    const done = await deleteInImage(file, before, { snapshot: { id }, signal, pause, onProgress })
    const { virtualSize } = done.area.geometry
    return {
      path,
      snapshot: describeSnapshot(done.entry, virtualSize),
      virtualSize,
      freed: freedSpace(done.freed, done.area),
    }
  })
}
