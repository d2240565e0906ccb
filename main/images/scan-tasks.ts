import type { HeaderSummary, ImageErrorData, ImageUse } from '../../core/index.ts'
import type { ReadPlace, ReadVmsInput } from '../users/vm-tasks.ts'

/** One row's facts: the header, and what only the file system tells. */
export interface SeenImage extends HeaderSummary {
  /** This user may not write to the file. */
  readonly readOnly: boolean
  /** Where the backing file really lies, every symbolic link followed; undefined when nothing is there. */
  readonly parentPath: string | undefined
}

/** What is asked about an image from time to time. */
export interface FileUse {
  readonly use: ImageUse
  readonly readOnly: boolean
}

export interface RefusedFolder {
  readonly path: string
  readonly errno: string
}

export interface ScanOutcome {
  /** Every folder that was listed, the root first. */
  readonly folders: readonly string[]
  /** Folders below the root that may not be listed; what is known of their files stays as it is. */
  readonly refused: readonly RefusedFolder[]
}

/** What is at a path now. */
export type Sighting =
  | { readonly kind: 'image'; readonly path: string; readonly header: SeenImage }
  | { readonly kind: 'folder'; readonly path: string }
  /** A file that is no image, or something that is no file. */
  | { readonly kind: 'other'; readonly path: string; readonly error: ImageErrorData | undefined }
  | { readonly kind: 'nothing'; readonly path: string; readonly error: ImageErrorData }
  /** It leads out of the roots, perhaps through a symbolic link: not looked at. */
  | { readonly kind: 'outside'; readonly path: string; readonly error: ImageErrorData }

/** What the scan worker can do. Reads headers, and configurations of virtual machines. */
export type ScanTasks = {
  /** Sends the images in portions as it finds them. Throws when the root cannot be listed. */
  readonly scan: {
    readonly input: {
      readonly root: string
      readonly recursive: boolean
      /** No file outside of these (real paths) is looked at, not even through a symbolic link. */
      readonly roots: readonly string[] | undefined
    }
    readonly output: ScanOutcome
    readonly event: readonly SeenImage[]
  }
  readonly look: {
    readonly input: {
      readonly paths: readonly string[]
      /** The person named them: any file counts as an image, readable or not. */
      readonly named: boolean
      readonly roots: readonly string[] | undefined
    }
    readonly output: readonly Sighting[]
    readonly event: never
  }
  readonly uses: {
    readonly input: { readonly paths: readonly string[] }
    readonly output: readonly FileUse[]
    readonly event: never
  }
  /** Which virtual machines need which files. */
  readonly vms: {
    readonly input: ReadVmsInput
    readonly output: readonly ReadPlace[]
    readonly event: never
  }
}

/** Runs these tasks on another thread. WorkerPool is one. */
export interface ScanHost {
  run<Name extends keyof ScanTasks>(
    name: Name,
    input: ScanTasks[Name]['input'],
    options?: {
      readonly signal?: AbortSignal | undefined
      readonly onEvent?: ((event: ScanTasks[Name]['event']) => void) | undefined
    },
  ): Promise<ScanTasks[Name]['output']>
  close(): Promise<void>
}
