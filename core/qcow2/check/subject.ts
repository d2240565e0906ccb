import type { BlockFile } from '../../storage/block-file.ts'
import type { IoTag } from '../../storage/io-tag.ts'

/**
 * What is checked: the file, and the numbers of its header that the rules need. Plain numbers, because a
 * check must also take a header whose tables point anywhere.
 */
export interface CheckSubject {
  readonly file: BlockFile
  /**
   * The file's length as QEMU counts it: rounded up to whole sectors. Asked once, so that all rules
   * agree while a running VM makes the file grow.
   */
  readonly fileLength: number
  readonly version: 2 | 3
  readonly clusterBits: number
  readonly clusterSize: number
  /** Virtual size, rounded down to whole sectors as QEMU does. */
  readonly virtualSize: number
  /** Bytes of one L2 entry: 8, or 16 with extended L2. */
  readonly l2EntryBytes: 8 | 16
  /** L2 entries of one table. */
  readonly l2Entries: number
  readonly refcountOrder: number
  readonly l1: TableLocation
  readonly refcountTable: TableLocation
  /** Count and place of the snapshot table as the header states them: neither is validated. */
  readonly snapshots: { readonly offset: number; readonly count: number }
  readonly hasDataFile: boolean
  /** Guest clusters lie at the same offset in the data file as on the disk. */
  readonly dataFileRaw: boolean
  /** Undefined when the data file was not opened. */
  readonly dataFileLength: number | undefined
  readonly cryptoHeader: { readonly offset: number; readonly length: number } | undefined
  readonly bitmaps: BitmapsLocation | undefined
  readonly compression: 'zlib' | 'zstd'
}

/** A table of 64-bit entries. */
export interface TableLocation {
  readonly offset: number
  readonly entries: number
}

export interface BitmapsLocation {
  readonly count: number
  readonly directoryOffset: number
  readonly directorySize: number
}

/** Guest bytes that one L2 table maps. */
export const guestBytesPerL2 = (subject: CheckSubject): number =>
  subject.l2Entries * subject.clusterSize

/** Reads metadata and counts it; everything the check reads goes through one of these. */
export class MetadataReader {
  readonly #file: BlockFile
  readonly #limit: number
  #bytesRead = 0

  /** `limit`: bytes after which reading stops, see `TooMuchMetadata`. */
  constructor(file: BlockFile, limit: number) {
    this.#file = file
    this.#limit = limit
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  read(into: Uint8Array, at: number, tag: IoTag): void {
    this.#bytesRead += into.length
    if (this.#bytesRead > this.#limit) throw new TooMuchMetadata()
    this.#file.readNow(into, at, tag)
  }
}

/**
 * The tables of an image do not overlap, so reading them costs no more than the file holds. Tables that
 * are made to overlap (an L1 table whose entries step through the file in sectors) would cost thousands
 * of times as much: the check stops there instead of running for days.
 */
export class TooMuchMetadata extends Error {
  override readonly name = 'TooMuchMetadata'
}

/** Ends a check early, after the finding that says why was recorded: QEMU's "Check failed". */
export class CheckStopped extends Error {
  override readonly name = 'CheckStopped'
}
