/**
 * What the engine can do, as one value: `main` and `cli` call these and know nothing below them.
 * Every function takes a path, follows links by policy, and closes what it opened; those that only look
 * open read-only. All throw ImageErrors that name the file.
 */
import type { ChangingEngine } from './changing-engine.ts'
import type { ContentEngine } from './content-engine.ts'
import type { ConvertingEngine } from './converting-engine.ts'
import type { DiskLayout } from './guest/disk-layout.ts'
import type { LinkPolicy } from './image/open-gate.ts'
import type { AllocationSummary } from './operations/allocation-summary.ts'
import type { CheckResult } from './operations/check-result.ts'
import type { DiskLayoutOptions } from './operations/disk-layout.ts'
import type { HashAlgorithm, HashResult, HashTarget } from './operations/hash-result.ts'
import type { HeaderSummary } from './operations/header-summary.ts'
import type { ImageInfo, ImageUse } from './operations/image-info.ts'
import type { MapExtent } from './operations/map-extent.ts'
import type { PlacingEngine } from './placing-engine.ts'
import type { OperationContext } from './progress.ts'

export interface ReadOptions extends OperationContext {
  /** Given: never probe. Not given: by magic; raw only for known raw file names or a partition table. */
  readonly format?: 'qcow2' | 'raw' | undefined
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
}

export interface ReadingEngine {
  /** Recorded with every job: `0.1.0`. */
  readonly version: string
  /** Header facts of one file for a library row; a file that cannot be understood has `error` set. */
  summarizeHeader(path: string, options?: Pick<ReadOptions, 'format'>): Promise<HeaderSummary>
  readInfo(
    path: string,
    options?: ReadOptions & { readonly clusters?: boolean },
  ): Promise<ImageInfo>
  /** `depth: full` also unpacks every compressed cluster. `findingLimit` defaults to 1,000. */
  checkImage(
    path: string,
    options?: ReadOptions & {
      readonly depth?: 'metadata' | 'full'
      readonly findingLimit?: number
    },
  ): Promise<CheckResult>
  /**
   * Extents in guest order, merged as QEMU merges them, from guest offset `from` for `length` bytes; in
   * batches (never an empty one), because a map can have millions and an `await` for each costs more
   * than finding it.
   */
  mapImage(
    path: string,
    options?: ReadOptions & { readonly from?: number; readonly length?: number },
  ): AsyncGenerator<readonly MapExtent[]>
  summarizeAllocation(path: string, options?: ReadOptions): Promise<AllocationSummary>
  /** Partitions, file systems, and the smallest size that cuts nothing off; reads a few sectors. */
  readDiskLayout(path: string, options?: DiskLayoutOptions): Promise<DiskLayout>
  hashImage(
    path: string,
    options?: ReadOptions & { readonly algorithm?: HashAlgorithm; readonly target?: HashTarget },
  ): Promise<HashResult>
  /** Who has the file open; takes no lock and disturbs no VM. */
  readUse(path: string): Promise<ImageUse>
}

/** Changing included: what `main` and `cli` create once and hand around. */
export interface Engine
  extends ReadingEngine, ChangingEngine, ContentEngine, ConvertingEngine, PlacingEngine {}
