import { printable } from '../base/text.ts'
import { wordToNumber } from '../base/word64.ts'
import { snapshotExtras, type SnapshotEntry } from '../qcow2/format/snapshot-table.ts'
import type { SnapshotInfo } from './image-info.ts'

const nanosecondsPerMs = 1e6

/** `imageSize` stands in where the entry is too old to say how large the disk was. */
export function describeSnapshot(entry: SnapshotEntry, imageSize: number): SnapshotInfo {
  const { vmStateSize, diskSize, icount } = snapshotExtras(entry)
  return {
    id: printable(entry.id),
    name: printable(entry.name),
    vmStateSize,
    createdAt: entry.dateSeconds * 1000 + entry.dateNanoseconds / nanosecondsPerMs,
    vmClockMs: wordToNumber(entry.vmClock) / nanosecondsPerMs,
    icount,
    diskSize: diskSize ?? imageSize,
    l1Offset: entry.l1TableOffset,
    l1Entries: entry.l1Size,
  }
}
