import type { Environment, ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { SnapshotEntry } from '../qcow2/format/snapshot-table.ts'
import type { FreedClusters } from '../qcow2/snapshot/count-tree.ts'
import {
  deleteSnapshot as deleteInImage,
  planDeleteSnapshot as planInImage,
} from '../qcow2/snapshot/delete-snapshot.ts'
import { measureKeeping } from '../qcow2/snapshot/keep-snapshot.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import type { Host } from './host.ts'
import { stampOf } from './image-stamp.ts'
import { keepDeleted } from './keep-deleted.ts'
import { keptFileBytes } from './kept-snapshot-file.ts'
import type { KeepingBytes, KeepSnapshot } from './kept-snapshot-plan.ts'
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
      keeping: await keepingBytes(file, area, { entry, freed }, options),
      stamp,
    }
  })
}

async function keepingBytes(
  file: BlockFile,
  area: HeaderArea,
  { entry, freed }: { readonly entry: SnapshotEntry; readonly freed: FreedClusters | undefined },
  context: OperationContext,
): Promise<KeepingBytes | undefined> {
  if (freed === undefined || area.encryption !== 'none') return undefined
  const { tables, data, packed } = await measureKeeping(file, area, entry, context)
  const fixed = keptFileBytes(area.geometry, tables / area.geometry.clusterSize)
  // Packed data of its own may lie in clusters that others need.
  const own = Math.min(data, freed.data * area.geometry.clusterSize + packed)
  return { own: fixed + own, whole: fixed + data }
}

export interface DeleteSnapshotOptions extends SnapshotOptions {
  /** What the person agreed to; refused with `plan-outdated` once the image is another one. */
  readonly plan: DeleteSnapshotPlan
  /** Where it is kept, so that `restoreSnapshot` can put it back; default: it is lost. */
  readonly keep?: KeepSnapshot | undefined
}

/**
 * Deletes a snapshot with its VM state; the space that only it needed is free for the image, and given
 * back to the disk where it is at the end of the file. What is to be kept of it is durable in its file before.
 *
 * Can be cancelled while references are counted and tables written; nothing was changed then, and no file is
 * left. Throws `plan-outdated`, what planning throws, what `createSnapshot` throws, and of keeping it
 * `snapshot-not-kept`, `kept-snapshot-not-sealed`, `file-exists` and what writing a file throws.
 */
export async function deleteSnapshot(
  host: Host & ExchangingEnvironment,
  path: string,
  options: DeleteSnapshotOptions,
): Promise<DeletedSnapshotChange> {
  const { plan, keep, signal, pause, onProgress } = options
  const context = { signal, pause, onProgress }
  const { stamp, snapshot } = plan
  return changeSnapshots(host, path, { ...options, stamp }, async (file, area) => {
    const image = { file, area, snapshot: { id: snapshot.id } }
    const remove = (beforeSwitch?: () => void) =>
      deleteInImage(file, area, { ...context, snapshot: image.snapshot, beforeSwitch })
    const { result: done, kept } =
      keep === undefined
        ? { result: await remove(), kept: undefined }
        : await keepDeleted(host, image, keep, remove, context)
    const { virtualSize } = done.area.geometry
    return {
      path,
      snapshot: describeSnapshot(done.entry, virtualSize),
      virtualSize,
      freed: freedSpace(done.freed, done.area),
      kept,
    }
  })
}
