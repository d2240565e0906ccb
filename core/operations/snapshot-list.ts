import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'
import { L1_ENTRY_BYTES } from '../qcow2/format/constants.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { refcountsAreTrue } from '../qcow2/snapshot/refcounts-are-true.ts'
import { SnapshotList } from '../qcow2/snapshot/snapshot-list.ts'
import { SnapshotMeasure } from '../qcow2/snapshot/snapshot-measure.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import { lookAtSnapshots, type SnapshotOptions } from './open-snapshots.ts'
import type { ListedSnapshot } from './snapshot-plan.ts'

export interface ListSnapshotsOptions extends SnapshotOptions {
  /** Default true; false spares reading the tables of the snapshots. */
  readonly usage?: boolean | undefined
}

/**
 * The snapshots of an image in the order of its table, with what each takes of the file. Memory is
 * bounded, and a table that many snapshots share is read once. Throws `snapshots-not-possible`, and what
 * makes the header or the snapshot table unreadable.
 */
export async function listSnapshots(
  host: Environment,
  path: string,
  options: ListSnapshotsOptions = {},
): Promise<readonly ListedSnapshot[]> {
  return lookAtSnapshots(host, path, options, async (file, area) => {
    const { entries } = new SnapshotList(file, area)
    const { signal, pause } = options
    const measure = options.usage === false ? undefined : measureOf(file, area)
    const listed: ListedSnapshot[] = []
    const total = entries.reduce((sum, { l1Size }) => sum + l1Size * L1_ENTRY_BYTES, 0)
    let done = 0
    for (const entry of entries) {
      const snapshot = describeSnapshot(entry, area.geometry.virtualSize)
      const usage =
        measure && (await unlessDamaged(() => measure.measure(entry, { signal, pause })))
      listed.push({ ...snapshot, usage })
      done += entry.l1Size * L1_ENTRY_BYTES
      options.onProgress?.({ phase: 'tables', done, total, unit: 'bytes' })
    }
    return listed
  })
}

function measureOf(file: BlockFile, area: HeaderArea): SnapshotMeasure | undefined {
  if (!refcountsAreTrue(area) || area.dataFileName !== undefined) return undefined
  return new SnapshotMeasure(file, area)
}

/** One snapshot that cannot be measured must not hide the others. */
async function unlessDamaged<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    const isTheirs =
      error instanceof ImageError &&
      (error.reason === 'structure-damaged' || error.reason === 'image-too-large')
    if (isTheirs) return undefined
    throw error
  }
}
