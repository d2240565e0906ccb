import type {
  AllocationSummary,
  CheckResult,
  DiskLayout,
  HashAlgorithm,
  HashResult,
  HashTarget,
  ImageInfo,
  ImageUse,
  MapExtent,
  Progress,
} from '../../core/index.ts'
import type { TaskOptions } from '../workers/task.ts'
import type { PlaceTasks } from '../files/place-tasks.ts'
import type { ChangeTasks } from './changes/change-tasks.ts'

/** How far links inside an image are followed; the asking happened before, in the window. */
export type StoredLinkPolicy =
  'deny' | 'same-folder' | 'allow' | { readonly within: readonly string[] }

/** Which file, in which state. */
export interface FileFacts {
  /** `device:inode`, decimal. */
  readonly identity: string
  /** Unix time in whole milliseconds. */
  readonly modifiedAt: number
  /** Bytes. */
  readonly length: number
  /** Bytes the host stores. */
  readonly onDisk: number
}

/** A result with the state of the file it was computed from, and the state after. */
export interface Measured<Result> {
  readonly result: Result
  readonly before: FileFacts
  readonly after: FileFacts
}

export interface ImageToOpen {
  readonly path: string
  readonly links: StoredLinkPolicy
  /** A person said so: its first bytes are not looked at. Absent: they tell the format. */
  readonly format?: 'raw' | undefined
}

/** For a job, which must not work on a file that took the image's place meanwhile. */
export interface KnownImage extends ImageToOpen {
  /** Throws `file-changed` when the path leads to another file. */
  readonly identity: string
}

/** What a worker finds out about an image; changes nothing. */
export type LookTasks = {
  readonly check: {
    readonly input: KnownImage & { readonly depth: 'metadata' | 'full' }
    readonly output: Measured<CheckResult>
    readonly event: Progress
  }
  readonly hash: {
    readonly input: KnownImage & {
      readonly algorithm: HashAlgorithm
      readonly target: HashTarget
    }
    readonly output: Measured<HashResult>
    readonly event: Progress
  }
  readonly map: {
    readonly input: KnownImage
    readonly output: Measured<AllocationSummary>
    readonly event: Progress
  }
  readonly info: {
    readonly input: ImageToOpen & { readonly clusters: boolean }
    readonly output: ImageInfo
    readonly event: never
  }
  /** Who has it open now. */
  readonly use: {
    readonly input: KnownImage
    readonly output: Measured<ImageUse>
    readonly event: never
  }
  /** The disk as its guest lays it out. */
  readonly disk: {
    readonly input: ImageToOpen
    readonly output: DiskLayout
    readonly event: never
  }
  readonly extents: {
    readonly input: ImageToOpen & { readonly from: number; readonly limit: number }
    readonly output: {
      readonly extents: readonly MapExtent[]
      readonly nextFrom: number | undefined
    }
    readonly event: never
  }
}

/** Everything a worker can do with an image. */
export type EngineTasks = LookTasks & ChangeTasks & PlaceTasks

/** Runs the engine away from the thread that answers windows. WorkerPool is one; the seam for others. */
export interface EngineHost {
  run<Name extends keyof EngineTasks>(
    name: Name,
    input: EngineTasks[Name]['input'],
    options?: TaskOptions<EngineTasks[Name]['event']>,
  ): Promise<EngineTasks[Name]['output']>
  close(): Promise<void>
}
