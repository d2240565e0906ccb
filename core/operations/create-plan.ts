import type { Preallocation } from '../qcow2/preallocation.ts'
import type { SpaceOutcome } from '../storage/provide-space.ts'

/**
 * What making an image will come to: a value to show before anything is done. Sizes are bytes.
 */
export interface CreatePlan {
  /** Absolute path of the new file. */
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  readonly virtualSize: number
  readonly sizeFrom: 'option' | 'backing file' | 'data file'
  /** Length of the new file; what it takes on the host is less where it is sparse. */
  readonly fileLength: number
  /** `metadata` at least for a raw data file. */
  readonly preallocation: Preallocation
  /** What is written or promised at once: tables, and content where preallocation asks for it. */
  readonly initialBytes: number
  /** undefined for a raw image. */
  readonly qcow2: NewQcow2 | undefined
  readonly backing: PlannedBackingFile | undefined
  readonly dataFile: PlannedDataFile | undefined
  readonly warnings: readonly CreateWarning[]
  /** The command that makes the same image, for people who know it; run in the folder of the image. */
  readonly qemuCommand: readonly string[]
}

export interface NewQcow2 {
  readonly version: 2 | 3
  readonly clusterSize: number
  readonly refcountBits: number
  readonly lazyRefcounts: boolean
  readonly extendedL2: boolean
  readonly compressionType: 'zlib' | 'zstd'
  readonly l1Bytes: number
  readonly l2Bytes: number
  /** Refcount table and refcount blocks. */
  readonly refcountBytes: number
}

export interface PlannedBackingFile {
  /** As it will stand in the image. */
  readonly name: string
  readonly path: string
  readonly format: 'qcow2' | 'raw'
  readonly virtualSize: number
}

export interface PlannedDataFile {
  /** As it will stand in the image. */
  readonly name: string
  readonly path: string
  readonly raw: boolean
  /** Length it will have. */
  readonly length: number
  /** The length of the file that is taken over; undefined for one that is made. */
  readonly existingLength: number | undefined
}

/** Nothing is wrong, but people may have meant something else. */
export interface CreateWarning {
  readonly kind:
    | 'backing-cut'
    | 'backing-looks-different'
    | 'backing-chain-incomplete'
    | 'data-file-cut'
    | 'data-file-relative'
    | 'no-snapshots'
  readonly text: string
}

export interface CreateResult {
  /** What was made: sizes, options, warnings. */
  readonly plan: CreatePlan
  /** Bytes the host stores for the new file; undefined where it does not tell. */
  readonly allocatedBytes: number | undefined
  /**
   * How the content got its space: `promised` by the host, or `written` as zeroes (also where falloc was
   * asked for and the host has no such promise). undefined without falloc or full.
   */
  readonly space: SpaceOutcome | undefined
}
