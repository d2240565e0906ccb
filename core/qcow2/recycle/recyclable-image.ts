import type { WritableFile } from '../../storage/writable-file.ts'
import type { EditableTables } from '../tables/editable-tables.ts'

/**
 * What a writer lets a recycler do with its image. Nothing here waits for the guest, and the guest waits
 * for nothing here but a commit, as for any flush.
 */
export interface RecyclableImage {
  readonly file: WritableFile
  /** Others after a `restructure`: ask each time. To be changed in a `step` only. */
  readonly tables: EditableTables
  /** Space that is freed goes back to the host. */
  readonly discards: boolean
  /** What a writer owes to others before it changes the tables; before the first change. */
  announce(): Promise<void>
  /**
   * Runs `work`, which is synchronous, as one of the changes that a commit waits for; at once, unless a
   * commit is under way. Throws when the image takes no changes any more.
   */
  step<Result>(work: () => Result): Promise<Result>
  /** Whether nobody reads or changes any of the guest range, or waits to: good until the next await. */
  isUntouched(at: number, end: number): boolean
  /** What is in the files becomes durable, while the guest goes on. */
  flushFiles(): Promise<void>
  /** Makes the tables durable. Short after `flushFiles`. */
  commit(): Promise<void>
  /** Commits, and cuts the file after its last used cluster, or so many bytes off it where that is less. */
  trim(most: number): Promise<void>
  /** Nobody is told anything any more. The recycler must have let go of all it holds. */
  detach(): Promise<void>
}

/** What a writer tells the recycler of its image. */
export interface RecyclingPart {
  /** The tables are these from now on; nothing of them waits for a commit, and nobody changes them. */
  opened(tables: EditableTables): void
  /** A guest range, of whole clusters, is about to change. Synchronous; must not throw. */
  changing(at: number, end: number): void
  /**
   * The image as a whole is about to change, and nobody changes tables but the caller, who waits: what is
   * held is given back, and nothing is read or written any more when it resolves.
   */
  quiet(): Promise<void>
  /** Free clusters were made holes, which read as zeroes; a flush makes that durable. */
  punched(first: number, clusters: number): void
  /** The image is being closed. */
  closing(): void
}
