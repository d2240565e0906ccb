import { invariant } from '../../base/assert.ts'
import { ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { metadataLimit } from '../check/check-qcow2.ts'
import type { CheckRun } from '../check/check-run.ts'
import { FindingLog } from '../check/finding-log.ts'
import { referenceWindows, type ReferenceWalk } from '../check/reference-windows.ts'
import { StoredRefcounts } from '../check/stored-refcounts.ts'
import { checkSubjectOf } from '../check/subject-of.ts'
import { MetadataReader, type CheckSubject } from '../check/subject.ts'
import { limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { SNAPSHOT_FIXED_BYTES, type SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import type { HostRun } from '../tables/host-run.ts'
import { countRuns, type CountRun } from './count-runs.ts'
import { ledgerOf, readStoredSnapshots, type StoredSnapshots } from './snapshot-ledger.ts'
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
  /** Leave clusters alone that are counted as used but that nothing refers to: they may hold lost data. */
  readonly keepLeaks?: boolean
  /**
   * Called after everything was counted and before anything is written, with what is wrong with the
   * tables, and whether refcounts of this width can count all references; throws to stop.
   */
  readonly judge?: (found: { readonly log: FindingLog; readonly overflows: boolean }) => void
  /** Bytes past the end of the file that references may point to without being in the way. */
  readonly margin?: number
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
  const subject = countedSubject(parts.view, area, options.margin ?? 0)
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
  options.judge?.({ log, overflows })
  if (options.edits !== undefined || options.snapshots !== undefined) {
    await holdOldReferences(
      change,
      { ...walk, subject: storedSubject(file, area, options) },
      stored,
    )
  }
  if (options.keepLeaks === true) await holdLeaks(change, file, area, last)
  const moves = new TableMoves({ ...parts, change, run: last, overflows, edits: options.edits })
  const fields = await moves.moveTables(entries, {
    tableMoves: options.snapshots !== undefined,
    table,
  })
  const settled = await change.commit({ ...options.fields, ...fields })
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

/** What is counted: everything but the refcount structure, which is made anew and counts itself. */
function countedSubject(view: BlockFile, area: HeaderArea, margin: number): CheckSubject {
  const subject = checkSubjectOf(view, area)
  return {
    ...subject,
    fileLength: subject.fileLength + margin,
    refcountTable: { offset: 0, entries: 0 },
  }
}

/**
 * What only the stored tables refer to: until the switch they are what a guest reads. Bitmaps are left
 * out, because one that is damaged would end the walk, and no guest reads them.
 */
function storedSubject(
  file: BlockFile,
  area: HeaderArea,
  { margin = 0 }: SettleOptions,
): CheckSubject {
  return countedSubject(file, { ...area, bitmaps: undefined }, margin)
}

async function holdOldReferences(
  change: Restructure,
  walk: ReferenceWalk,
  { entries, offset, length }: StoredSnapshots,
): Promise<void> {
  const { subject } = walk
  // The part that cannot be read must not become readable as something else.
  const promised = Math.min(subject.snapshots.count * SNAPSHOT_FIXED_BYTES, limits.snapshotTable)
  if (promised > 0 && offset < subject.fileLength) {
    change.hold(offset, ceilDiv(promised, subject.clusterSize))
  }
  const reader = new MetadataReader(subject.file, metadataLimit(subject))
  const snapshots = ledgerOf(entries, subject, { offset, length })
  const log = new FindingLog(0)
  for await (const run of referenceWindows({ ...walk, reader, log, snapshots })) {
    for (const { first, clusters } of countRuns(run.counts)) {
      const uniform = change.uniformCount(first, first + clusters)
      if (uniform !== undefined && uniform > 0) continue
      for (let cluster = first; cluster < first + clusters; cluster++) {
        if (change.count(cluster) === 0) change.hold(cluster * subject.clusterSize, 1)
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
  { breath, subject: { clusterSize } }: CheckRun,
): Promise<void> {
  const subject = checkSubjectOf(file, area)
  const stored = StoredRefcounts.load(subject, new MetadataReader(file, Infinity))
  const clusters = ceilDiv(subject.fileLength, clusterSize)
  const { perBlock } = stored
  for (let first = 0; first < clusters; first += perBlock) {
    if (stored.block(first / perBlock).kind !== 'present') continue
    const end = Math.min(clusters, first + perBlock)
    const uniform = change.uniformCount(first, end)
    if (uniform !== undefined && uniform > 0) continue
    for (let cluster = first; cluster < end; cluster++) {
      if (change.count(cluster) > 0 || (stored.get(cluster) ?? 0) === 0) continue
      change.hold(cluster * clusterSize, 1)
    }
    const pause = breath()
    if (pause !== undefined) await pause
  }
}
