/** What gives image files other names and places; their content is never opened. */
import type { RelocateOptions, RelocateResult } from './operations/relocate.ts'

export interface PlacingEngine {
  /**
   * Another name or another place, on this volume or another one, and never over another file. At every moment
   * one of the two names leads to the whole file.
   */
  relocate(path: string, to: string, options?: RelocateOptions): Promise<RelocateResult>
}
