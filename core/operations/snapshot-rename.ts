import type { WritingEnvironment } from '../image/environment.ts'
import { renameSnapshot as renameInImage } from '../qcow2/snapshot/rename-snapshot.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import { changeSnapshots, type ChangeOptions } from './open-snapshots.ts'
import type { SnapshotChange, SnapshotChoice } from './snapshot-plan.ts'

export interface RenameSnapshotOptions extends ChangeOptions {
  readonly snapshot: SnapshotChoice
  /** Rules as for a new snapshot. */
  readonly name: string
}

/**
 * Gives a snapshot another name. Throws `snapshot-missing`, `snapshot-ambiguous`, and what
 * `createSnapshot` throws.
 */
export async function renameSnapshot(
  host: WritingEnvironment,
  path: string,
  options: RenameSnapshotOptions,
): Promise<SnapshotChange> {
  return changeSnapshots(host, path, options, async (file, area) => {
    const { snapshot, name, signal, pause, onProgress } = options
    const done = await renameInImage(file, area, { snapshot, name, signal, pause, onProgress })
    const { virtualSize } = done.area.geometry
    return { path, snapshot: describeSnapshot(done.entry, virtualSize), virtualSize }
  })
}
