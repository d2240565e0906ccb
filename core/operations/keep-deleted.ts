import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { SnapshotEntry } from '../qcow2/format/snapshot-table.ts'
import { keptTables, mustBeKeepable } from '../qcow2/snapshot/keep-snapshot.ts'
import { SnapshotList, type SnapshotSelector } from '../qcow2/snapshot/snapshot-list.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import type { Host } from './host.ts'
import { stampOf } from './image-stamp.ts'
import {
  KeptSnapshotFile,
  sealKeptSnapshot,
  sealOf,
  writeKeptSnapshot,
} from './kept-snapshot-file.ts'
import type { KeptSnapshotHead } from './kept-snapshot-head.ts'
import type { KeepSnapshot, KeptSnapshot } from './kept-snapshot-plan.ts'

/** The image a snapshot is deleted from, held for writing. */
export interface KeepingImage {
  readonly file: WritableFile
  readonly area: HeaderArea
  readonly snapshot: SnapshotSelector
}

/**
 * Keeps a snapshot, then deletes it:
 *
 *     1  the kept snapshot, in a file of its own       flush, folder flush
 *     2  `remove`: the switch without the snapshot     flush
 *     3  the seal: what the image is now               flush
 *
 * A power cut before 2 leaves the snapshot in the image; one after it leaves it in the file. The seal says only
 * that nobody wrote to the image since, which is all that a file without the shared clusters (`own`) lacks. The
 * file goes again when `remove` fails before anything was changed.
 *
 * Throws what `createPrivateFile`, `keptTables` and `remove` throw, and `kept-snapshot-not-sealed`.
 */
export async function keepDeleted<Result>(
  host: Host & ExchangingEnvironment,
  { file, area, snapshot }: KeepingImage,
  keep: KeepSnapshot,
  remove: (beforeSwitch: () => void) => Promise<Result>,
  context: OperationContext,
): Promise<{ readonly result: Result; readonly kept: KeptSnapshot }> {
  mustBeKeepable(file, area)
  const snapshots = new SnapshotList(file, area)
  const entry = snapshots.find(snapshot)
  const position = snapshots.entries.indexOf(entry)
  const head = headOf(file, area, { entry, position, content: keep.content })
  await using target = await host.createPrivateFile(keep.path)
  let isSwitching = false
  let result: Result
  let bytes: number
  try {
    const tables = keptTables(file, area, { ...context, entry, content: keep.content })
    const { geometry } = area
    bytes = await writeKeptSnapshot(host, target, { head, geometry, tables, from: file }, context)
    await host.flushFolder(host.paths.folderOf(keep.path))
    // What could not be found in it again would be kept for nothing.
    KeptSnapshotFile.open(target)
    result = await remove(() => {
      isSwitching = true
    })
  } catch (error) {
    // What went wrong first is what counts.
    if (!isSwitching) await host.removeFile(keep.path).catch(() => undefined)
    throw error
  }
  try {
    await sealKeptSnapshot(target, sealOf(stampOf(file)))
  } catch (cause) {
    throw new ImageError('kept-snapshot-not-sealed', { path: keep.path, id: entry.name }, { cause })
  }
  const kept: KeptSnapshot = {
    path: keep.path,
    image: head.image,
    snapshot: describeSnapshot(entry, area.geometry.virtualSize),
    content: keep.content,
    bytes,
  }
  return { result, kept }
}

function headOf(
  file: WritableFile,
  { header, geometry, backingName }: HeaderArea,
  kept: {
    readonly entry: SnapshotEntry
    readonly position: number
    readonly content: KeepSnapshot['content']
  },
): KeptSnapshotHead {
  return {
    ...kept,
    image: file.name,
    layout: layoutOf({ header, geometry }),
    virtualSize: geometry.virtualSize,
    backing: backingName,
  }
}

export const layoutOf = ({
  header,
  geometry,
}: Pick<HeaderArea, 'header' | 'geometry'>): KeptSnapshotHead['layout'] => ({
  version: header.version,
  clusterBits: geometry.clusterBits,
  extendedL2: geometry.hasSubclusters,
  compressionType: header.compressionType === 1 ? 'zstd' : 'zlib',
})
