/** What gives image files other names and places; their content is never opened. */
import type { RelocateOptions, RelocateResult } from './operations/relocate.ts'
import type { SettledRelocation, SettleRelocationOptions } from './operations/settle-relocation.ts'

export interface PlacingEngine {
  /**
   * Another name or another place, on this volume or another one, and never over another file. At every moment
   * one of the two names leads to the whole file.
   */
  relocate(path: string, to: string, options?: RelocateOptions): Promise<RelocateResult>
  /** Brings a relocation to an end that a killed process left half way, forwards or backwards. */
  settleRelocation(
    path: string,
    to: string,
    options: SettleRelocationOptions,
  ): Promise<SettledRelocation>
}
