import type { WritingEnvironment } from '../image/environment.ts'
import { createSnapshot as createInImage } from '../qcow2/snapshot/create-snapshot.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import { changeSnapshots, type ChangeOptions } from './open-snapshots.ts'
import type { SnapshotChange } from './snapshot-plan.ts'

export interface CreateSnapshotOptions extends ChangeOptions {
  /** 1 to 65,535 bytes of UTF-8 without NUL (QEMU's own tools show 255); no other snapshot may have it. */
  readonly name: string
  /** Unix time in milliseconds; default now. */
  readonly takenAt?: number | undefined
}

/**
 * Keeps the present state of the disk as a snapshot inside the image. It takes nothing but tables until
 * the disk is written to again.
 *
 * Can be cancelled while references are counted and tables written; nothing was changed then. Throws
 * `snapshots-not-possible`, `snapshots-with-data-file`, `snapshot-exists`, `snapshots-full`,
 * `invalid-argument`, `plan-outdated`, `refcount-overflow`, `image-corrupt`, `file-in-use`, and what Restructure throws.
 */
export async function createSnapshot(
  host: WritingEnvironment,
  path: string,
  options: CreateSnapshotOptions,
): Promise<SnapshotChange> {
  return changeSnapshots(host, path, options, async (file, area) => {
    const { name, takenAt = Date.now(), signal, pause, onProgress } = options
    const done = await createInImage(file, area, { name, takenAt, signal, pause, onProgress })
    const { virtualSize } = done.area.geometry
    return { path, snapshot: describeSnapshot(done.entry, virtualSize), virtualSize }
  })
}
