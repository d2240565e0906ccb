import type { OperationContext } from '../../progress.ts'
import { FindingLog } from '../check/finding-log.ts'
import type { ReferenceCounts } from '../check/reference-counts.ts'
import { referenceWindows } from '../check/reference-windows.ts'
import { readSnapshotTable, type SnapshotLedger } from '../check/snapshot-rules.ts'
import { CheckStopped, type CheckSubject, type MetadataReader } from '../check/subject.ts'

/** Counts 16 TiB of clusters of 64 KiB that are referenced once or not at all eight times over. */
const countBudget = 256 * 2 ** 20

/**
 * How often every cluster is referred to, as a check counts it. Damage that ends a check does not end this:
 * what cannot be read is left out then. undefined when the file has more clusters than can be counted.
 */
export async function countReferences(
  subject: CheckSubject,
  reader: MetadataReader,
  context: OperationContext,
): Promise<ReferenceCounts | undefined> {
  const log = new FindingLog(0)
  const snapshots = snapshotsOf(subject, reader, log)
  const withoutBitmaps = { ...subject, bitmaps: undefined }
  for (const each of [subject, withoutBitmaps]) {
    try {
      const walk = { subject: each, reader, log, snapshots, context, countBudget }
      for await (const { counts } of referenceWindows(walk)) return counts
    } catch (error) {
      if (!(error instanceof CheckStopped)) throw error
    }
  }
  return undefined
}

function snapshotsOf(
  subject: CheckSubject,
  reader: MetadataReader,
  log: FindingLog,
): SnapshotLedger {
  try {
    return readSnapshotTable(subject, reader, log)
  } catch (error) {
    if (!(error instanceof CheckStopped)) throw error
    const { offset: tableOffset } = subject.snapshots
    return { entries: [], tableOffset, tableLength: 0, name: () => undefined }
  }
}
