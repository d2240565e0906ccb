import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { RefcountEditor } from '../tables/refcount-editor.ts'
import type { MoveBatch } from './move-batch.ts'
import type { MoveRound } from './move-round.ts'

/** What every level of a round works with. */
export interface RoundParts {
  readonly file: WritableFile
  /** As it is in the file when the round begins. */
  readonly area: HeaderArea
  readonly round: MoveRound
  readonly refcounts: RefcountEditor
  /** Empty between two levels. */
  readonly batch: MoveBatch
  /** Hears of bytes that have a new place and went there without the batch. */
  readonly onCopied: (bytes: number) => void
  /** Gives the event loop a turn when it is due, stands still for a pause, and throws `cancelled`. */
  readonly breathe: () => Promise<void> | undefined
}
