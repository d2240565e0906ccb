import type { OperationContext } from '../../progress.ts'
import type { BitmapLedger } from './bitmap-rules.ts'
import type { FindingLog } from './finding-log.ts'
import type { ReferenceCounts } from './reference-counts.ts'
import type { SnapshotLedger } from './snapshot-rules.ts'
import type { StoredRefcounts } from './stored-refcounts.ts'
import type { CheckSubject, MetadataReader } from './subject.ts'

/** Counters of the active state, as `qemu-img check` prints them. */
export interface ClusterStatistics {
  allocated: number
  fragmented: number
  compressed: number
}

/** One walk over everything that refers to clusters. */
export interface CheckRun {
  readonly subject: CheckSubject
  readonly reader: MetadataReader
  readonly log: FindingLog
  readonly counts: ReferenceCounts
  /** References to clusters of the external data file, which has no refcounts of its own. */
  readonly dataFileCounts: ReferenceCounts
  readonly stored: StoredRefcounts
  readonly snapshots: SnapshotLedger
  readonly bitmaps: BitmapLedger
  readonly statistics: ClusterStatistics
  /**
   * Only the first walk reports what it sees in the tables; later ones (see ReferenceCounts) only count
   * the clusters that had no room before.
   */
  readonly reports: boolean
  /**
   * Decides whether the COPIED flags need a look of their own: entries of the active state without the
   * flag, and entries that refer to something odd (past the end, unaligned).
   */
  readonly flags: { withoutCopied: number; odd: number }
  readonly context: OperationContext
  /** Gives the event loop a turn when it is due, and throws `cancelled`. */
  readonly breath: () => Promise<void> | undefined
}

/** The first byte after the file's last cluster that may be cut: regions may end up to here. */
const lastAllowedByte = (subject: CheckSubject): number => subject.fileLength + subject.clusterSize

/**
 * Clusters whose refcounts are compared: those of the file, and one more when a region of the last
 * cluster reaches past the end.
 */
export const clusterCount = ({ subject, counts }: CheckRun): number =>
  Math.max(Math.ceil(subject.fileLength / subject.clusterSize), counts.touchedEnd)

export interface Region {
  readonly offset: number
  readonly length: number
  /** Who refers to it, for people: `L2 table`, `snapshot table`… */
  readonly structure: string
  /** Guest bytes and snapshot concerned, and the entry that refers here; asked only when reported. */
  readonly where?: () => Where
  /** What is lost when the region lies outside the file. */
  readonly harm?: 'structure' | 'data'
  readonly times?: number
}

export interface Where {
  readonly reference?: { readonly structure: string; readonly offset: number }
  readonly guest?: { readonly start: number; readonly length: number }
  readonly snapshot?: { readonly id: string; readonly name: string } | undefined
}

/**
 * Counts a reference to every cluster a region touches. A region that leaves the file by a cluster or
 * more is a corruption and not counted: the last cluster alone may be cut short.
 */
export function countRegion(run: CheckRun, region: Region): void {
  const { subject, log, counts } = run
  const { offset, length, structure, times = 1 } = region
  if (length <= 0) return
  if (offset + length >= lastAllowedByte(subject)) {
    if (!run.reports) return
    log.add('corruption', region.harm ?? 'structure', times, () => ({
      rule: 'reference-past-end',
      structure,
      offset,
      ...region.where?.(),
      text: `The ${structure} at ${hex(offset)} lies past the end of the file (${subject.fileLength} bytes).`,
    }))
    return
  }
  const first = Math.floor(offset / subject.clusterSize)
  const last = Math.floor((offset + length - 1) / subject.clusterSize)
  const overflow = counts.add(first, last - first + 1, times)
  if (overflow > 0) reportOverflow(run, overflow, region)
}

export function reportOverflow(
  run: CheckRun,
  overflow: number,
  region: Omit<Region, 'length'>,
): void {
  run.log.add('corruption', 'refcounts', overflow, () => ({
    rule: 'refcount-overflow',
    structure: region.structure,
    offset: region.offset,
    ...region.where?.(),
    text: `The ${region.structure} at ${hex(region.offset)} is referenced more often than refcounts of ${run.stored.bits} bits can count.`,
  }))
}

export const hex = (offset: number): string => `0x${offset.toString(16)}`
