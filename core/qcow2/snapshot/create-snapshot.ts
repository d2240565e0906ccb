import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import { activeTree, exchangeActiveL1, writeSnapshotL1 } from './active-tree.ts'
import { countTree } from './count-tree.ts'
import { diskState, newSnapshotIdentity, type NewSnapshot } from './new-snapshot.ts'
import { settleFlags } from './settle-flags.ts'
import { SnapshotList } from './snapshot-list.ts'
import { refuseDataFile } from './refuse-data-file.ts'

export type CreateSnapshotOptions = OperationContext & NewSnapshot

export interface CreatedSnapshot {
  /** The image as it is now. */
  readonly area: HeaderArea
  readonly entry: SnapshotEntry
}

/**
 * Keeps the present state of the disk as a snapshot. Both states then share every cluster and every L2
 * table, and the active one copies before it writes.
 *
 * The caller holds the file, has opened the image for writing (not dirty, not corrupt) and committed what
 * it changed. One atomic change: see Restructure for what a power cut leaves and for its errors. Besides
 * those: `invalid-argument`, `snapshot-exists`, `snapshots-full`, `snapshots-with-data-file`.
 */
export async function createSnapshot(
  file: WritableFile,
  area: HeaderArea,
  options: CreateSnapshotOptions,
): Promise<CreatedSnapshot> {
  refuseDataFile(file, area)
  const { geometry } = area
  const snapshots = new SnapshotList(file, area)
  const identity = newSnapshotIdentity(snapshots, options)
  const tree = activeTree(file, area)
  // What lies behind the disk in the active table is no part of it: a VM state that was applied once.
  const entries = geometry.l1EntriesNeeded

  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const context = { ...options, geometry }
  await countTree(change, { tree, from: 0, to: entries }, { ...context, step: 'add' })
  const l1 = await settleFlags(change, tree, {
    ...context,
    isShared: (index) => index < entries,
  })
  const own = l1.slice(0, 2 * entries)
  const entry: SnapshotEntry = {
    ...writeSnapshotL1(change, own, geometry.clusterSize),
    ...identity,
    ...diskState(geometry),
  }
  const fields = {
    ...exchangeActiveL1(change, area, tree, l1),
    ...snapshots.replace(change, [...snapshots.entries, entry]),
  }
  return { area: await change.commit(fields), entry }
}
