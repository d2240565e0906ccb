import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import { checkCopiedFlags } from './copied-flags.ts'
import type { ClusterStatistics } from './check-run.ts'
import { RefcountComparison } from './compare-refcounts.ts'
import { reportDuplicates, reportSharedDataFile, reportTablesPastEnd } from './blind-spots.ts'
import type { FindingLog } from './finding-log.ts'
import { nameOwners } from './name-owners.ts'
import { referenceWindows } from './reference-windows.ts'
import { readSnapshotTable } from './snapshot-rules.ts'
import { reportRefcountsPastEnd } from './refcounts-past-end.ts'
import { CheckStopped, MetadataReader, TooMuchMetadata, type CheckSubject } from './subject.ts'

export interface StructureCheck {
  readonly statistics: ClusterStatistics
  /** (highest cluster with a refcount or a reference + 1) * cluster size; 0 when the check stopped. */
  readonly imageEndOffset: number
  /** The check reached its end; false when damage made it stop (QEMU: "Check failed"). */
  readonly complete: boolean
  readonly bytesRead: number
}

export interface CheckOptions extends OperationContext {
  /** Bytes for reference counts, to see that little is enough. */
  readonly countBudget?: number
}

/**
 * Checks the structure of a qcow2 file, rule by rule in QEMU's order (docs/QCOW2.md, "Check"), and
 * reports to `log`. Reads only. Memory is bounded whatever the tables say.
 */
export async function checkQcow2(
  subject: CheckSubject,
  log: FindingLog,
  options: CheckOptions = {},
): Promise<StructureCheck> {
  const reader = new MetadataReader(subject.file, metadataLimit(subject))
  const stopped = { statistics: noStatistics, imageEndOffset: 0, complete: false }
  try {
    const answer = await runRules(subject, { log, reader, options })
    return { ...answer, complete: true, bytesRead: reader.bytesRead }
  } catch (error) {
    if (error instanceof CheckStopped) return { ...stopped, bytesRead: reader.bytesRead }
    if (error instanceof TooMuchMetadata) {
      log.add('check-error', 'data', 1, () => ({
        rule: 'tables-overlap',
        structure: 'L2 table',
        text: 'The tables of this image overlap so much that checking all of them would take days; the check stopped.',
      }))
      return { ...stopped, bytesRead: reader.bytesRead }
    }
    // A part that the disk cannot deliver is a finding about the image, as it is for QEMU.
    if (error instanceof ImageError && error.reason === 'read-failed') {
      log.add('check-error', 'data', 1, () => ({
        rule: 'read-failed',
        structure: 'file',
        offset: error.context.offset,
        text: `A part of the file could not be read (${error.context.errno ?? 'EIO'}); the check stopped.`,
      }))
      return { ...stopped, bytesRead: reader.bytesRead }
    }
    throw error
  }
}

/** Sixteen times what the file holds is more than any undamaged image needs for several walks. */
export function metadataLimit(subject: CheckSubject): number {
  const stored = subject.file.allocatedBytes() ?? subject.file.size()
  return 16 * stored + 256 * 2 ** 20
}

interface RuleParts {
  readonly log: FindingLog
  readonly reader: MetadataReader
  readonly options: CheckOptions
}

type RuleAnswer = Pick<StructureCheck, 'statistics' | 'imageEndOffset'>

const noStatistics: ClusterStatistics = { allocated: 0, fragmented: 0, compressed: 0 }

async function runRules(subject: CheckSubject, parts: RuleParts): Promise<RuleAnswer> {
  const { log, reader, options } = parts
  const snapshots = readSnapshotTable(subject, reader, log)
  reportTablesPastEnd(log, subject, snapshots)
  const { countBudget } = options
  const walk = { subject, reader, log, snapshots, context: options, countBudget }
  let highest = -1
  let plain = true
  let statistics = noStatistics
  for await (const run of referenceWindows(walk)) {
    statistics = run.statistics
    const comparison = await new RefcountComparison(run).compare()
    highest = Math.max(highest, comparison.highest)
    plain &&= comparison.equal && !run.counts.hasShared
    if (run.counts.end !== Infinity) continue
    reportRefcountsPastEnd(run)
    // All refcounts are stored as counted and all are one: only entries without the flag can be wrong.
    const flagsAreRight = plain && run.flags.withoutCopied === 0 && run.flags.odd === 0
    if (!flagsAreRight) await checkCopiedFlags(run)
    await nameOwners(run)
    if (run.dataFileCounts.hasShared) reportSharedDataFile(log)
    reportDuplicates(log, snapshots, run.bitmaps)
  }
  return { statistics, imageEndOffset: (Math.max(highest, 0) + 1) * subject.clusterSize }
}
