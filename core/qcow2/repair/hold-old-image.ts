import { ceilDiv } from '../../base/bits.ts'
import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { metadataLimit } from '../check/check-qcow2.ts'
import { FindingLog } from '../check/finding-log.ts'
import { referenceWindows } from '../check/reference-windows.ts'
import { StoredRefcounts } from '../check/stored-refcounts.ts'
import { checkSubjectOf } from '../check/subject-of.ts'
import { MetadataReader } from '../check/subject.ts'
import { limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { SNAPSHOT_FIXED_BYTES } from '../format/snapshot-table.ts'
import { readHeaderArea } from '../header-file.ts'
import type { Restructure } from '../restructure/restructure.ts'
import { countRuns } from './count-runs.ts'
import { countedSubject } from './counted-subject.ts'
import { ledgerOf, readStoredSnapshots } from './snapshot-ledger.ts'

/**
 * Keeps a restructuring off everything that a damaged image refers to or counts as used, up to
 * `fileLength`. Until the switch it is that image a guest reads, and an undo goes back to it; what is
 * counted and not referred to may be data that a damaged entry lost.
 */
export async function holdOldImage(
  change: Restructure,
  file: BlockFile,
  fileLength: number,
  context: OperationContext,
): Promise<void> {
  const area = readHeaderArea(file, 'check')
  await holdReferences(change, file, area, fileLength, context)
  await holdLeaks(change, file, area, context)
}

async function holdReferences(
  change: Restructure,
  file: BlockFile,
  area: HeaderArea,
  fileLength: number,
  context: OperationContext,
): Promise<void> {
  // A damaged bitmap would end the walk, and no guest reads them.
  const subject = countedSubject(file, { ...area, bitmaps: undefined }, fileLength)
  const { clusterSize } = subject
  const stored = readStoredSnapshots(file, area)
  // The part that cannot be read must not become readable as something else.
  const promised = Math.min(area.header.snapshotCount * SNAPSHOT_FIXED_BYTES, limits.snapshotTable)
  if (promised > 0 && stored.offset < fileLength) {
    change.hold(stored.offset, ceilDiv(promised, clusterSize))
  }
  const reader = new MetadataReader(file, metadataLimit(subject))
  const snapshots = ledgerOf(stored.entries, area.geometry, stored)
  const log = new FindingLog(0)
  for await (const run of referenceWindows({ subject, reader, log, snapshots, context })) {
    for (const { first, clusters } of countRuns(run.counts)) {
      const uniform = change.uniformCount(first, first + clusters)
      if (uniform !== undefined && uniform > 0) continue
      for (let cluster = first; cluster < first + clusters; cluster++) {
        if (change.count(cluster) === 0) change.hold(cluster * clusterSize, 1)
      }
      const pause = run.breath()
      if (pause !== undefined) await pause
    }
  }
}

async function holdLeaks(
  change: Restructure,
  file: BlockFile,
  area: HeaderArea,
  { signal, pause: gate }: OperationContext,
): Promise<void> {
  const subject = checkSubjectOf(file, area)
  const { clusterSize } = subject
  const stored = StoredRefcounts.load(subject, new MetadataReader(file, Infinity))
  const clusters = ceilDiv(subject.fileLength, clusterSize)
  const { perBlock } = stored
  const breathe = breather(signal, { pause: gate })
  for (let first = 0; first < clusters; first += perBlock) {
    if (stored.block(first / perBlock).kind !== 'present') continue
    const end = Math.min(clusters, first + perBlock)
    const uniform = change.uniformCount(first, end)
    if (uniform !== undefined && uniform > 0) continue
    for (let cluster = first; cluster < end; cluster++) {
      if (change.count(cluster) > 0 || (stored.get(cluster) ?? 0) === 0) continue
      change.hold(cluster * clusterSize, 1)
    }
    const pause = breathe()
    if (pause !== undefined) await pause
  }
}
