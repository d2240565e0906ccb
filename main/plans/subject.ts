import type { ImageUse, Progress } from '../../core/index.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { EngineHost, FileFacts, KnownImage } from '../jobs/engine-host.ts'
import type { Hold } from '../workers/hold.ts'

/** An image that something is planned for, as it is now. */
export interface Subject {
  readonly imageId: number
  /** Which file, and how far its links may be followed. */
  readonly image: KnownImage
  /** What windows show of it. */
  readonly row: LibraryRow
  /** Asked for this plan, not read from the row. */
  readonly use: ImageUse
  readonly file: FileFacts
  /** Images of the library that have it as their backing file. */
  readonly children: readonly LibraryRow[]
  /** Images of the library that keep their content in its file. */
  readonly contentOf: readonly LibraryRow[]
}

/** What an action is about before anybody looked: the file may be gone, and the row as well. */
export interface Target {
  readonly imageId: number
  /** Of the library's row, when it has one. */
  readonly path: string | undefined
  /** Throws `unknown-id`, `file-missing` and `outside-roots`. */
  readonly look: () => Promise<Subject>
}

/** What planning is done with. */
export interface PlanContext {
  /** The threads to work on: those that answer windows, or the job's own. */
  readonly host: EngineHost
  /**
   * `show`: a person looks at it, and the figures should be the best there are. `do`: it is carried out at once, and
   * what carrying it out finds anew is not looked for.
   */
  readonly purpose: 'show' | 'do'
  readonly signal: AbortSignal
  readonly hold?: Hold | undefined
  readonly onEvent: (progress: Progress) => void
}
