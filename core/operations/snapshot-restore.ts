import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { snapshotExtras } from '../qcow2/format/snapshot-table.ts'
import { mustBeKeepable } from '../qcow2/snapshot/keep-snapshot.ts'
import { refuseDataFile } from '../qcow2/snapshot/refuse-data-file.ts'
import {
  restoredEntry,
  restoreSnapshot as restoreInImage,
} from '../qcow2/snapshot/restore-snapshot.ts'
import { SnapshotList } from '../qcow2/snapshot/snapshot-list.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { describeSnapshot } from './describe-snapshot.ts'
import type { Host } from './host.ts'
import { stampOf, type ImageStamp } from './image-stamp.ts'
import { layoutOf } from './keep-deleted.ts'
import { KeptSnapshotFile, sealOf, type Seal } from './kept-snapshot-file.ts'
import type { KeptSnapshot, RestoreSnapshotPlan, RestoreWarning } from './kept-snapshot-plan.ts'
import { changeSnapshots, lookAtSnapshots, type SnapshotOptions } from './open-snapshots.ts'
import type { SnapshotChange } from './snapshot-plan.ts'

/** What a file says that it keeps. Throws `kept-snapshot-invalid` and the errors of opening it. */
export async function readKeptSnapshot(
  host: Pick<Host, 'openFile'>,
  path: string,
): Promise<KeptSnapshot> {
  await using file = await host.openFile(path)
  return describeKept(KeptSnapshotFile.open(file))
}

/**
 * What putting a deleted snapshot back would mean, or why it cannot come back; changes nothing, and reads
 * neither the image's tables nor all of the kept file.
 *
 * Throws `kept-snapshot-invalid`, `kept-snapshot-other-image`, `kept-snapshot-still-there`, `snapshot-exists`,
 * for one that was kept without what it shared `kept-snapshot-written-since` and `kept-snapshot-unfinished`, and
 * as `planApplySnapshot`.
 */
export async function planRestoreSnapshot(
  host: Host,
  path: string,
  keptPath: string,
  options: SnapshotOptions = {},
): Promise<RestoreSnapshotPlan> {
  await using keptFile = await host.openFile(keptPath)
  const kept = KeptSnapshotFile.open(keptFile)
  return await lookAtSnapshots(host, path, options, async (file, area) => {
    const stamp = stampOf(file)
    refuseDataFile(file, area)
    mustFit(file, area, kept)
    const { entry: was, backing, virtualSize } = kept.head
    const entry = restoredEntry(file, new SnapshotList(file, area), was)
    const warnings: RestoreWarning[] = []
    if (entry.id !== was.id) warnings.push('id-taken')
    if (backing !== area.backingName) warnings.push('backing-changed')
    return {
      path,
      kept: describeKept(kept),
      snapshot: describeSnapshot(entry, virtualSize),
      bytesWritten: kept.tableBytes,
      warnings,
      stamp,
    }
  })
}

export interface RestoreSnapshotOptions extends SnapshotOptions {
  /** The state that a plan was made for; nothing is changed in another one. */
  readonly stamp?: ImageStamp | undefined
}

/**
 * Puts a snapshot back that was kept when it was deleted: id, name, date, content and VM state are as they were.
 * Crash-safe and cancelled as taking a snapshot is: one switch. The kept file stays.
 *
 * Throws `plan-outdated`, what planning throws, and what `createSnapshot` throws.
 */
export async function restoreSnapshot(
  host: Host & WritingEnvironment,
  path: string,
  keptPath: string,
  { stamp, ...options }: RestoreSnapshotOptions = {},
): Promise<SnapshotChange> {
  // Before the image is opened for writing, for that may count its refcounts anew.
  const plan = await planRestoreSnapshot(host, path, keptPath, options)
  await using keptFile = await host.openFile(keptPath)
  const kept = KeptSnapshotFile.open(keptFile)
  await kept.mustBeWhole(host, options)
  const change = { ...options, stamp: stamp ?? plan.stamp }
  return await changeSnapshots(host, path, change, async (file, area) => {
    const { entry, position, virtualSize } = kept.head
    const source = {
      entry,
      position,
      tables: () => kept.tables(area.geometry),
      read: (into: Uint8Array, at: number) => kept.read(into, at),
    }
    const { signal, pause, onProgress } = options
    const done = await restoreInImage(file, area, source, { signal, pause, onProgress })
    return {
      path,
      snapshot: describeSnapshot(done.entry, virtualSize),
      virtualSize: done.area.geometry.virtualSize,
    }
  })
}

const describeKept = (kept: KeptSnapshotFile): KeptSnapshot => ({
  path: kept.name,
  image: kept.head.image,
  snapshot: describeSnapshot(kept.head.entry, kept.head.virtualSize),
  content: kept.head.content,
  bytes: kept.length,
})

/** Throws when the image is not one that the snapshot can be put into. */
function mustFit(file: BlockFile, area: HeaderArea, kept: KeptSnapshotFile): void {
  const { head, seal } = kept
  mustBeKeepable(file, area)
  mustHaveLayout(file, area, kept)
  if (head.content === 'whole') return
  const id = head.entry.name
  if (seal === undefined) throw new ImageError('kept-snapshot-unfinished', { path: file.name, id })
  const found = sealOf(stampOf(file))
  const fields = [
    ['fileLength', 'length of the file'],
    ['modifiedAt', 'time of its last change'],
    ['firstSector', 'checksum of its header'],
  ] as const
  for (const [key, field] of fields) {
    if (found[key] === seal[key]) continue
    throw new ImageError('kept-snapshot-written-since', {
      path: file.name,
      id,
      field,
      expected: shown(key, seal[key]),
      found: shown(key, found[key]),
    })
  }
}

/** Times as people write them. */
const shown = (key: keyof Seal, value: number): string | number =>
  key === 'modifiedAt' ? new Date(value).toISOString() : value

function mustHaveLayout(file: BlockFile, area: HeaderArea, { head }: KeptSnapshotFile): void {
  const now = layoutOf(area)
  const then = head.layout
  const fields = [
    ['version of the format', now.version, then.version],
    ['cluster size', 2 ** now.clusterBits, 2 ** then.clusterBits],
    ['kind of L2 entries', l2Words(now.extendedL2), l2Words(then.extendedL2)],
    ['compression', now.compressionType, then.compressionType],
    // Then the snapshot's disk has the size of the image, whatever that is.
    ...(snapshotExtras(head.entry).diskSize === undefined
      ? [['virtual size', area.geometry.virtualSize, head.virtualSize] as const]
      : []),
  ] as const
  for (const [field, found, expected] of fields) {
    if (found === expected) continue
    throw new ImageError('kept-snapshot-other-image', { path: file.name, field, found, expected })
  }
}

const l2Words = (isExtended: boolean): string => (isExtended ? 'extended' : 'plain')
