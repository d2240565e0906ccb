import type { WritableDb } from '../history/db.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { TrashOwner } from './trash-places.ts'

/** The library, as far as its files are given other places. */
export interface PlacedImages {
  row(imageId: number): LibraryRow | undefined
  /**
   * The file at `path` is this image from now on, whatever the library thought it was; an image that had left the
   * library is in it again. `single`: it stays without a folder that holds it.
   */
  place(imageId: number, path: string, single: boolean): Promise<void>
  removeImages(imageIds: readonly number[]): void
  /** Reads headers again. */
  refresh(imageIds: readonly number[]): Promise<void>
  /** Whether a person added the file itself, not the folder it is in. */
  isSingle(imageId: number): boolean
}

/** What there is of a Trash. */
export type Trash =
  | { readonly kind: 'freedesktop'; readonly owner: TrashOwner }
  /** The system's own, through the shell; nobody is told where things are then. */
  | { readonly kind: 'system'; readonly send: (path: string) => Promise<void> }
  | { readonly kind: 'none' }

export interface FileParts {
  readonly db: WritableDb
  readonly images: PlacedImages
  /** Where the window may name files. Throws `outside-roots`. */
  readonly admit: (path: string) => Promise<string>
  /** Real paths that bound what windows may do something about; undefined: no bound. */
  readonly roots: readonly string[] | undefined
  readonly trash: Trash
}
