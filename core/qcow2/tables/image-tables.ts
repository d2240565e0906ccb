import type { WritableFile } from '../../storage/writable-file.ts'
import type { HostOffset } from '../../units.ts'
import type { Geometry } from '../format/geometry.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import type { L1Source, L2Source } from '../layer-map.ts'
import type { HostRun, ReservedRun } from './host-run.ts'

/** The halves of an L2 entry; `alloc` and `zeroes` are an extended entry's second word, else 0. */
export interface EntryWords {
  high: number
  low: number
  alloc: number
  zeroes: number
}

/**
 * The tables of an image that is being changed. All of it is in memory and synchronous (a table that is
 * not there yet is read on the spot), so that between two awaits nobody sees half a change; only `commit`
 * makes it durable, in the one order in which a power cut leaks clusters at most (docs/CRASH-SAFETY.md):
 *
 *     1  data, refcount increments, contents of new tables      flush
 *     2  refcount table entries of new refcount blocks          flush, when there are any
 *     3  L2 and L1 entries                                      flush
 *     4  header fields                                          flush, when there are any
 *     5  refcount decrements: only now are clusters free for others
 */
export interface ImageTables {
  readonly file: WritableFile
  /** As it will be once `commit` is done. */
  readonly area: HeaderArea
  readonly geometry: Geometry
  /** For LayerMap: the tables with every change that was made, durable or not. */
  readonly l1: L1Source
  readonly l2: L2Source
  /** Bytes of tables that wait for a commit: whoever changes tables commits when they are many. */
  readonly dirtyBytes: number

  /** Fills `into` with the entry of guest cluster `cluster`; all zero where there is no L2 table. */
  entry(cluster: number, into: EntryWords): void
  /**
   * Sets the entry of a guest cluster. Makes the L2 table when there is none, and a copy of its own when
   * it is shared with a snapshot. Does not count references: `reserve` and `unreference` do.
   */
  setEntry(cluster: number, words: Readonly<EntryWords>): void

  /**
   * A run of one to `clusters` free neighbouring clusters, lowest first; refcount one from now on.
   * Throws `image-full`.
   */
  reserve(clusters: number): ReservedRun
  /** Exactly `clusters` neighbouring clusters. Throws `image-full`. */
  reserveTogether(clusters: number): ReservedRun
  /** Room for `bytes` (at most a cluster) of compressed data, packed behind earlier ones; any byte offset. */
  reservePacked(bytes: number): HostOffset
  /** Gives reserved clusters back that no table was ever told of: free at once. */
  unreserve(run: HostRun): void
  unreservePacked(offset: HostOffset, bytes: number): void
  /**
   * One reference to each cluster of the run is gone from the tables. They count as used until the commit
   * that makes this durable is done.
   */
  unreference(run: HostRun): void
  /** As `unreference`, for the host clusters that a compressed descriptor's sectors touch. */
  unreferencePacked(high: number, low: number): void
  /** Current refcount of a host cluster, uncommitted increments included. */
  refcount(hostCluster: number): number

  /** Header fields as they will be after the commit, which writes them last and all at once. */
  setHeader(fields: Partial<Qcow2Header>): void
  /**
   * Gives the L1 table `entries` entries, in new clusters; entries that are cut off must refer to nothing.
   * Throws `image-full` past the format's limit.
   */
  resizeL1(entries: number): void
  /** Refers an L1 entry to nothing: its L2 table loses a reference, what that one refers to does not. */
  dropL2(index: number): void

  /** Writes guest data to the image file, after the overlap guard had a look. */
  writeData(from: Uint8Array, at: HostOffset, tag: 'data' | 'compressed'): Promise<void>

  /**
   * Makes all changes durable. Nobody may change tables while it runs. After `flush-failed` every further
   * change and commit throws `device-failed`; after other errors the changes are still there and the next
   * commit tries again.
   */
  commit(): Promise<void>
  /** Runs of clusters that the last commits made free, each once: their space may be given back. */
  takeFreed(): readonly HostRun[]
  /**
   * Commits, then cuts the file after its last used cluster, or `most` bytes off it where that is less.
   * Gives the file's length. The cut itself is durable with the next commit.
   */
  trimFile(most?: number): Promise<number>
}
