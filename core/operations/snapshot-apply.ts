import { printable } from '../base/text.ts'
import type { Environment, WritingEnvironment } from '../image/environment.ts'
import {
  applySnapshot as applyInImage,
  planApplySnapshot as planInImage,
} from '../qcow2/snapshot/apply-snapshot.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import { stampOf } from './image-stamp.ts'
import {
  changeSnapshots,
  freedSpace,
  lookAtSnapshots,
  type SnapshotOptions,
} from './open-snapshots.ts'
import type { AppliedSnapshotChange, ApplySnapshotPlan, SnapshotChoice } from './snapshot-plan.ts'

export interface PlanSnapshotOptions extends SnapshotOptions {
  readonly snapshot: SnapshotChoice
}

/**
 * What applying a snapshot would mean, found by reading only. Throws `snapshot-missing`,
 * `snapshot-ambiguous`, `snapshots-not-possible`, `snapshots-with-data-file`, and what makes the tables
 * of the image unreadable.
 */
export async function planApplySnapshot(
  host: Environment,
  path: string,
  options: PlanSnapshotOptions,
): Promise<ApplySnapshotPlan> {
  return lookAtSnapshots(host, path, options, async (file, area) => {
    // Before the tables are read: what changes meanwhile must not pass for what was looked at.
    const stamp = stampOf(file)
    const { entry, freed, size, bitmapsLost } = await planInImage(file, area, options)
    const { virtualSize } = area.geometry
    return {
      path,
      snapshot: describeSnapshot(entry, virtualSize),
      before: { virtualSize },
      after: { virtualSize: size },
      lost: freed && freedSpace(freed, area),
      bitmapsLost: bitmapsLost.map(printable),
      stamp,
    }
  })
}

export interface ApplySnapshotOptions extends SnapshotOptions {
  /** What the person agreed to; refused with `plan-outdated` once the image is another one. */
  readonly plan: ApplySnapshotPlan
  /** Keeps the present state as a snapshot of this name, in the same switch, so that nothing is lost. */
  readonly keepPresentAs?: string | undefined
  /** Date of that snapshot, Unix time in milliseconds; default now. */
  readonly takenAt?: number | undefined
}

/**
 * Makes a snapshot the present state of the disk. What only the present state had is lost, unless
 * `keepPresentAs` names a snapshot for it.
 *
 * Can be cancelled while references are counted and tables written; nothing was changed then. Throws `plan-outdated`, what planning throws, and what
 * `createSnapshot` throws.
 */
export async function applySnapshot(
  host: WritingEnvironment,
  path: string,
  options: ApplySnapshotOptions,
): Promise<AppliedSnapshotChange> {
  const { plan, keepPresentAs: name, takenAt = Date.now(), signal, pause, onProgress } = options
  const { stamp, snapshot } = plan
  return changeSnapshots(host, path, { ...options, stamp }, async (file, before) => {
    const done = await applyInImage(file, before, {
      snapshot: { id: snapshot.id },
      keepPresentAs: name === undefined ? undefined : { name, takenAt },
      signal,
      pause,
      onProgress,
    })
    const { virtualSize } = done.area.geometry
    return {
      path,
      snapshot: describeSnapshot(done.entry, virtualSize),
      virtualSize,
      lost: freedSpace(done.freed, done.area),
      kept: done.kept && describeSnapshot(done.kept, virtualSize),
    }
  })
}
