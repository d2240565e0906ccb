/** What a library is made with, what it tells, and what it is asked. */
import type { ImageError } from '../../core/index.ts'
import type { WritableDb } from '../history/db.ts'
import type { Logger } from '../log/logger.ts'
import type { Place } from '../users/known-places.ts'
import type { LinkSetting } from './library-image.ts'
import type { ScanHost } from './scan-tasks.ts'

export type LibraryChange =
  | { readonly type: 'row'; readonly id: number }
  | { readonly type: 'removed'; readonly ids: readonly number[] }
  | { readonly type: 'folders' }

export interface LibraryOptions {
  readonly db: WritableDb
  readonly host: ScanHost
  readonly log: Logger
  readonly links: () => LinkSetting
  /** Real paths that bound what is read; undefined: no bound but the system's. */
  readonly roots: readonly string[] | undefined
  /** Where configurations of virtual machines are; without any, only beside the images. */
  readonly vmPlaces?: readonly Place[]
  readonly now?: () => number
}

export interface Added {
  readonly ids: readonly number[]
  /** Why the first one of those that are not among them could not be added. */
  readonly refusal: ImageError | undefined
}

export interface FolderChoice {
  readonly path: string
  readonly recursive: boolean
  readonly watched: boolean
}
