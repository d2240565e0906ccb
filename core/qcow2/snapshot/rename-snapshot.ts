import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import { SnapshotList, type SnapshotSelector } from './snapshot-list.ts'

export interface RenameSnapshotOptions extends OperationContext {
  readonly snapshot: SnapshotSelector
  /** Rules as for a new snapshot. */
  readonly name: string
}

export interface RenamedSnapshot {
  /** The image as it is now. */
  readonly area: HeaderArea
  readonly entry: SnapshotEntry
}

/**
 * Gives a snapshot another name; everything else of its entry stays as it is. Conditions and errors as
 * `createSnapshot`; besides those `snapshot-missing`, `snapshot-ambiguous`.
 */
export async function renameSnapshot(
  file: WritableFile,
  area: HeaderArea,
  { snapshot, name, ...context }: RenameSnapshotOptions,
): Promise<RenamedSnapshot> {
  const snapshots = new SnapshotList(file, area)
  const old = snapshots.find(snapshot)
  const entry = { ...old, name, rawName: snapshots.newName(name) }
  using change = Restructure.begin(file, area, { ...context, refcounts: 'stored' })
  const entries = snapshots.entries.map((other) => (other === old ? entry : other))
  const fields = snapshots.replace(change, entries)
  return { area: await change.commit(fields), entry }
}
