import type { ImageErrorData } from '../errors/image-error.ts'
import type { Preallocation } from '../qcow2/preallocation.ts'
import type { ContentScan } from './content-scan.ts'
import type { ImageStamp } from './image-stamp.ts'
import type { DiskLayout } from '../guest/disk-layout.ts'

/** What a person has to agree to by name before a plan is carried out. */
export type ResizeConsent = 'lose-data-past-end'

/**
 * What a new size means for an image: a value to show, to print and to hand to `resizeImage`, which refuses it
 * once the image is another one. All sizes and positions are bytes.
 */
export interface ResizePlan {
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  readonly kind: 'grow' | 'shrink' | 'none'
  readonly before: { readonly virtualSize: number; readonly fileLength: number }
  readonly after: { readonly virtualSize: number }
  readonly preallocation: Preallocation
  /** Whether the second copy of a GUID partition table goes to the new end, as asked for. */
  readonly moveGptBackup: boolean
  /** Whether `resizeImage` will do it; why not is in `refusals`. */
  readonly allowed: boolean
  readonly refusals: readonly ImageErrorData[]
  readonly consentNeeded: readonly ResizeConsent[]
  /** What shrinking cuts off; undefined when nothing is, or when the tables contradict each other. */
  readonly cut: CutContent | undefined
  /**
   * The disk as it is, with the smallest size that keeps everything. Without table and file systems where the
   * content cannot be read: encrypted, damaged, or a layer is missing.
   */
  readonly layout: DiskLayout
  /** Numbers of the partitions that would end past the new end of the disk. */
  readonly partitionsCut: readonly number[]
  /** Where the second header of a GUID partition table would go; undefined when it cannot, or is there. */
  readonly gptBackupMovesTo: number | undefined
  /** Every snapshot keeps its content and its own size. */
  readonly snapshots: readonly SnapshotSize[]
  /** Names of the bitmaps that will be marked as inconsistent: they no longer tell what changed. */
  readonly bitmapsLost: readonly string[]
  /** What growing does; undefined when the disk does not grow. */
  readonly growth: DiskGrowth | undefined
  readonly stamp: ImageStamp
  /** Of the external data file, where the guest's data is; undefined without one. */
  readonly dataFile: { readonly path: string; readonly stamp: ImageStamp } | undefined
}

export interface CutContent {
  /** Bytes of the image file (or its data file) that are stored for the part that is cut off. */
  readonly storedBytes: number
  /** Whole clusters of the image that are given back; 0 for a raw image. */
  readonly clusters: number
  /** What reading that part found; undefined when it cannot be read (encrypted, damaged, or a layer is missing). */
  readonly content: ContentScan | undefined
}

export interface SnapshotSize {
  readonly id: string
  readonly name: string
  /** undefined for a snapshot that does not say: it has the size of the image. */
  readonly diskSize: number | undefined
}

export interface DiskGrowth {
  /** The backing image goes on past the old end, by so many bytes: they will read as zeroes. */
  readonly hiddenBackingBytes: number
  /** Entries of the L1 table before and after; 0 for a raw image. A larger one moves in the file. */
  readonly l1Entries: { readonly before: number; readonly after: number }
}
