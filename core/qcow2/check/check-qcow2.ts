import { ImageError } from '../../errors/image-error.ts'
import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { checkCopiedFlags } from './copied-flags.ts'
import type { CheckRun, ClusterStatistics } from './check-run.ts'
import { RefcountComparison } from './compare-refcounts.ts'
import { reportDuplicates, reportSharedDataFile, reportTablesPastEnd } from './blind-spots.ts'
import type { BitmapLedger } from './bitmap-rules.ts'
import type { FindingLog } from './finding-log.ts'
import { nameOwners } from './name-owners.ts'
import { ReferenceCounts } from './reference-counts.ts'
import { readSnapshotTable } from './snapshot-rules.ts'
import { reportRefcountsPastEnd } from './refcounts-past-end.ts'
import { StoredRefcounts } from './stored-refcounts.ts'
import { CheckStopped, MetadataReader, TooMuchMetadata, type CheckSubject } from './subject.ts'
import { walkReferences } from './walk-references.ts'

/** QEMU counts clusters in an int. */
const maxClusters = 2 ** 31 - 1
/** Memory for reference counts; what does not fit is counted in a further walk. */
const countBudget = 96 * 2 ** 20

/** The data file's clusters are only looked at for being used twice. */
const dataFileBudget = 32 * 2 ** 20

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
  const statistics: ClusterStatistics = { allocated: 0, fragmented: 0, compressed: 0 }
  const stopped = { statistics, imageEndOffset: 0, complete: false }
  try {
    const imageEndOffset = await runRules(subject, { log, reader, statistics, options })
    return { statistics, imageEndOffset, complete: true, bytesRead: reader.bytesRead }
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
function metadataLimit(subject: CheckSubject): number {
  const stored = subject.file.allocatedBytes() ?? subject.file.size()
  return 16 * stored + 256 * 2 ** 20
}

interface RuleParts {
  readonly log: FindingLog
  readonly reader: MetadataReader
  readonly statistics: ClusterStatistics
  readonly options: CheckOptions
}

async function runRules(subject: CheckSubject, parts: RuleParts): Promise<number> {
  const { log, reader, statistics, options } = parts
  const snapshots = readSnapshotTable(subject, reader, log)
  if (subject.fileLength / subject.clusterSize > maxClusters) refuseTooLarge(subject, log)
  reportTablesPastEnd(log, subject, snapshots)
  const bitmaps: BitmapLedger = { names: [] }
  const shared = {
    subject,
    reader,
    log,
    snapshots,
    bitmaps,
    statistics,
    stored: StoredRefcounts.load(subject, reader),
    dataFileCounts: new ReferenceCounts({ first: 0, max: Infinity, budget: dataFileBudget }),
    flags: { withoutCopied: 0, odd: 0 },
    context: options,
    breath: breather(options.signal),
  }
  let first = 0
  let highest = -1
  let plain = true
  for (;;) {
    const run: CheckRun = {
      ...shared,
      reports: first === 0,
      counts: new ReferenceCounts({
        first,
        max: 2 ** shared.stored.bits - 1,
        budget: options.countBudget ?? countBudget,
      }),
    }
    await walkReferences(run)
    const comparison = await new RefcountComparison(run).compare()
    highest = Math.max(highest, comparison.highest)
    plain &&= comparison.equal && !run.counts.hasShared
    if (run.counts.end === Infinity) {
      reportRefcountsPastEnd(run)
      // All refcounts are stored as counted and all are one: only entries without the flag can be wrong.
      const flagsAreRight = plain && run.flags.withoutCopied === 0 && run.flags.odd === 0
      if (!flagsAreRight) await checkCopiedFlags(run)
      await nameOwners(run)
      break
    }
    first = run.counts.end
  }
  if (shared.dataFileCounts.hasShared) reportSharedDataFile(log)
  reportDuplicates(log, snapshots, bitmaps)
  return (Math.max(highest, 0) + 1) * subject.clusterSize
}

function refuseTooLarge(subject: CheckSubject, log: FindingLog): never {
  log.add('check-error', 'data', 1, () => ({
    rule: 'too-many-clusters',
    structure: 'file',
    text: `The file has ${Math.ceil(subject.fileLength / subject.clusterSize)} clusters; a check can count ${maxClusters}.`,
  }))
  throw new CheckStopped('clusters')
}
