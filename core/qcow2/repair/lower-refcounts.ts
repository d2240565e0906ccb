import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { metadataLimit } from '../check/check-qcow2.ts'
import { clusterCount, type CheckRun } from '../check/check-run.ts'
import { FindingLog } from '../check/finding-log.ts'
import { referenceWindows } from '../check/reference-windows.ts'
import { checkSubjectOf } from '../check/subject-of.ts'
import { MetadataReader } from '../check/subject.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { ledgerOf, readStoredSnapshots } from './snapshot-ledger.ts'
import { writeChangedSectors } from '../tables/write-changed-sectors.ts'

/**
 * Lowers refcounts that are higher than the references found, in place: refcounts that are too high only
 * cost space, so whatever of this a power cut keeps is as good as before or better. Only for images whose
 * refcount blocks are sound, and not for clusters whose COPIED flag would have to follow: those need
 * `settleStructure`. Gives how many clusters were changed; flushes.
 */
export async function lowerRefcounts(
  file: WritableFile,
  area: HeaderArea,
  context: OperationContext = {},
): Promise<number> {
  const subject = checkSubjectOf(file, area)
  const reader = new MetadataReader(file, metadataLimit(subject))
  const stored = readStoredSnapshots(file, area)
  const snapshots = ledgerOf(stored.entries, area.geometry, stored)
  const log = new FindingLog(0)
  let lowered = 0
  for await (const run of referenceWindows({ subject, reader, log, snapshots, context })) {
    lowered += await lowerWindow(file, run)
  }
  await file.flush()
  return lowered
}

async function lowerWindow(file: WritableFile, run: CheckRun): Promise<number> {
  const { stored, counts, subject } = run
  const { perBlock, access } = stored
  const end = Math.min(clusterCount(run), counts.end, stored.entries * perBlock)
  const block = new Uint8Array(subject.clusterSize)
  let lowered = 0
  for (let at = counts.first; at < end;) {
    const index = Math.floor(at / perBlock)
    const to = Math.min(end, (index + 1) * perBlock)
    const place = stored.block(index)
    if (place.kind === 'present' && place.offset < subject.fileLength) {
      stored.readBlock(block, place.offset)
      const before = block.slice()
      for (let cluster = at; cluster < to; cluster++) {
        const found = counts.get(cluster)
        if (access.get(block, cluster % perBlock) <= found) continue
        access.set(block, cluster % perBlock, found)
        lowered++
      }
      writeChangedSectors(file, place.offset, before, block)
    }
    at = to
    const pause = run.breath()
    if (pause !== undefined) await pause
  }
  return lowered
}
