import { invariant } from '../../base/assert.ts'
import { alignUp, ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { metadataLimit } from '../check/check-qcow2.ts'
import type { CheckRun } from '../check/check-run.ts'
import { FindingLog } from '../check/finding-log.ts'
import { referenceWindows } from '../check/reference-windows.ts'
import { MetadataReader } from '../check/subject.ts'
import { SECTOR } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import type { HostRun } from '../tables/host-run.ts'
import { countedSubject } from './counted-subject.ts'
import { countRuns, type CountRun } from './count-runs.ts'
import { holdOldImage } from './hold-old-image.ts'
import { ledgerOf, readStoredSnapshots } from './snapshot-ledger.ts'
import { TableMoves, type ReplacedTable, type TableEdits } from './table-moves.ts'

/** Runs of references past the end that are remembered; only those right after it can matter. */
const MAX_RUNS = 100_000

export interface SettleOptions extends OperationContext {
  /** Default: the tables as they are stored. */
  readonly edits?: TableEdits
  /** The snapshots that stay; default: those that are stored. */
  readonly snapshots?: readonly SnapshotEntry[]
  /** Header fields that change with the structure. */
  readonly fields?: Partial<Qcow2Header>
  /** Places to leave alone, though nothing will refer to them. */
  readonly keep?: readonly HostRun[]
  /** Images that the file was before, whose places nothing new goes to. */
  readonly keepFor?: readonly BlockFile[]
  /**
   * Called after everything was counted and before any table is written; throws to stop. May give header
   * fields that change with the switch.
   */
  readonly judge?: (counted: CountedTables) => Promise<Partial<Qcow2Header>> | undefined
  /** Bytes past the end of the file that references may point to without being in the way. */
  readonly margin?: number
}

/** What is known of the tables once all references are counted. */
export interface CountedTables {
  /** What is wrong with them. */
  readonly log: FindingLog
  /** Some clusters have more references than refcounts of this width can count. */
  readonly overflows: boolean
  readonly countOf: (hostCluster: number) => number
}

export interface Settled {
  readonly area: HeaderArea
  /** Where tables were that have a new place now. */
  readonly replaced: readonly ReplacedTable[]
  /** COPIED flags that were set or cleared. */
  readonly flags: number
  /** Clusters that tables refer to and that the file did not reach before: holes in it now. */
  readonly grownOver: number
}

/**
 * Gives an image a refcount structure that is counted from its tables, with COPIED flags to match, in one
 * step that a power cut cannot split (see Restructure). L1 and L2 tables that have to change are written
 * to new places. The stored refcounts are not believed.
 *
 * Throws `CheckStopped` and `TooMuchMetadata` where the tables cannot be followed, and what `judge` and
 * Restructure throw; nothing was changed then.
 */
export async function settleStructure(
  file: WritableFile,
  area: HeaderArea,
  options: SettleOptions = {},
): Promise<Settled> {
  const parts = { file, area, view: options.edits?.file ?? file }
  const stored = readStoredSnapshots(parts.view, area)
  const table = { offset: stored.offset, length: stored.length }
  if (options.snapshots === undefined && stored.overhangs) {
    const found = 'holds fewer snapshots than the header says'
    const facts = { path: file.name, structure: 'snapshot table', offset: table.offset, found }
    throw new ImageError('repair-impossible', facts)
  }
  const entries = options.snapshots ?? stored.entries
  const ledger = ledgerOf(
    entries,
    area.geometry,
    options.snapshots === undefined ? table : undefined,
  )
  const fileLength = alignUp(parts.view.size(), SECTOR) + (options.margin ?? 0)
  const subject = countedSubject(parts.view, area, fileLength)
  const reader = new MetadataReader(parts.view, metadataLimit(subject))
  const log = new FindingLog(20)
  using change = Restructure.begin(file, area, { ...options, refcounts: 'none' })
  for (const { offset, clusters } of options.keep ?? []) change.hold(offset, clusters)
  const walk = { subject, reader, log, snapshots: ledger, context: options }
  let last: CheckRun | undefined
  let overflows = false
  const end = ceilDiv(file.size(), subject.clusterSize)
  const pastEnd: CountRun[] = []
  for await (const run of referenceWindows(walk)) {
    last = run
    overflows ||= run.counts.hasOverflow
    for (const counted of countRuns(run.counts)) {
      const { first, clusters, count } = counted
      change.add(first * subject.clusterSize, clusters, count)
      if (first + clusters > end && pastEnd.length < MAX_RUNS) pastEnd.push(counted)
      const pause = run.breath()
      if (pause !== undefined) await pause
    }
  }
  invariant(last !== undefined, 'a walk has at least one window')
  const countOf = (cluster: number) => change.count(cluster)
  const judged = await options.judge?.({ log, overflows, countOf })
  for (const old of options.keepFor ?? []) await holdOldImage(change, old, fileLength, options)
  const moves = new TableMoves({ ...parts, change, run: last, overflows, edits: options.edits })
  const fields = await moves.moveTables(entries, {
    tableMoves: options.snapshots !== undefined,
    table,
  })
  const settled = await change.commit({ ...options.fields, ...judged, ...fields })
  const newEnd = ceilDiv(file.size(), subject.clusterSize)
  return {
    area: settled,
    replaced: moves.replaced,
    flags: moves.flags,
    grownOver: clustersWithin(pastEnd, end, newEnd),
  }
}

const clustersWithin = (runs: readonly CountRun[], from: number, to: number): number =>
  runs.reduce((sum, { first, clusters }) => {
    const inside = Math.min(to, first + clusters) - Math.max(from, first)
    return sum + Math.max(0, inside)
  }, 0)
