import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { CheckRun, ClusterStatistics } from './check-run.ts'
import type { FindingLog } from './finding-log.ts'
import { ReferenceCounts } from './reference-counts.ts'
import type { SnapshotLedger } from './snapshot-rules.ts'
import { StoredRefcounts } from './stored-refcounts.ts'
import { CheckStopped, type CheckSubject, type MetadataReader } from './subject.ts'
import { walkReferences } from './walk-references.ts'

/** QEMU counts clusters in an int. */
const maxClusters = 2 ** 31 - 1
/** Memory for reference counts; what does not fit is counted in a further walk. */
const defaultCountBudget = 96 * 2 ** 20

/** The data file's clusters are only looked at for being used twice. */
const dataFileBudget = 32 * 2 ** 20

export interface ReferenceWalk {
  readonly subject: CheckSubject
  readonly reader: MetadataReader
  readonly log: FindingLog
  readonly snapshots: SnapshotLedger
  readonly context: OperationContext
  /** Bytes for reference counts, to see that little is enough. */
  readonly countBudget?: number | undefined
}

/**
 * Walks everything that refers to clusters, as often as the memory for counts asks for: each run has the
 * counts of the clusters from `counts.first` up to `counts.end`, which is Infinity in the last one. The
 * first run reports to the log what is wrong with the tables. Throws `CheckStopped` after the finding
 * that says why, and `TooMuchMetadata`.
 */
export async function* referenceWindows(walk: ReferenceWalk): AsyncGenerator<CheckRun> {
  const { subject, reader, log, snapshots, context, countBudget = defaultCountBudget } = walk
  if (subject.fileLength / subject.clusterSize > maxClusters) refuseTooLarge(subject, log)
  const statistics: ClusterStatistics = { allocated: 0, fragmented: 0, compressed: 0 }
  const shared = {
    subject,
    reader,
    log,
    snapshots,
    bitmaps: { names: [] },
    statistics,
    stored: StoredRefcounts.load(subject, reader),
    dataFileCounts: new ReferenceCounts({ first: 0, max: Infinity, budget: dataFileBudget }),
    flags: { withoutCopied: 0, odd: 0 },
    context,
    breath: breather(context.signal, { pause: context.pause }),
  }
  for (let first = 0; first !== Infinity;) {
    const max = 2 ** shared.stored.bits - 1
    const counts = new ReferenceCounts({ first, max, budget: countBudget })
    const run: CheckRun = { ...shared, reports: first === 0, counts }
    await walkReferences(run)
    yield run
    first = counts.end
  }
}

function refuseTooLarge(subject: CheckSubject, log: FindingLog): never {
  log.add('check-error', 'data', 1, () => ({
    rule: 'too-many-clusters',
    structure: 'file',
    text: `The file has ${Math.ceil(subject.fileLength / subject.clusterSize)} clusters; a check can count ${maxClusters}.`,
  }))
  throw new CheckStopped('clusters')
}
