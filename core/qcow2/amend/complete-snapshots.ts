import { BinaryWriter } from '../../base/binary.ts'
import { wordFromNumber } from '../../base/word64.ts'
import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { snapshotExtras, type SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import { SnapshotList } from '../snapshot/snapshot-list.ts'

/** "Version 3 snapshots must include at least bytes 0 to 15": VM state size and disk size. */
const EXTRA_DATA_BYTES = 16

/** Whether a snapshot entry lacks what version 3 demands. Version 2 may have it too. */
export const isIncomplete = ({ extraData }: SnapshotEntry): boolean =>
  extraData.length < EXTRA_DATA_BYTES

/**
 * Gives every snapshot entry the fields that version 3 demands: its VM state size in 64 bits, and the
 * image's disk size, which is what an entry without one means. One change of the structure (Restructure):
 * a new snapshot table.
 */
export async function completeSnapshots(
  file: WritableFile,
  area: HeaderArea,
  options: OperationContext,
): Promise<HeaderArea> {
  const snapshots = new SnapshotList(file, area)
  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const entries = snapshots.entries.map((entry) =>
    isIncomplete(entry) ? { ...entry, extraData: extraDataOf(entry, area) } : entry,
  )
  return await change.commit(snapshots.replace(change, entries))
}

function extraDataOf(entry: SnapshotEntry, { header }: HeaderArea): Uint8Array {
  const { vmStateSize, diskSize = header.size } = snapshotExtras(entry)
  const writer = new BinaryWriter(EXTRA_DATA_BYTES)
  writer.word(0, wordFromNumber(vmStateSize))
  writer.word(8, wordFromNumber(diskSize))
  return writer.bytes
}
