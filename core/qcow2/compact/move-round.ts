import type { Layout } from './layout.ts'
import type { StructureRun } from './structure-runs.ts'

/** Clusters that move one by one: the k-th source goes to the k-th destination, both ascending. */
export interface SingleMoves {
  readonly sources: Uint32Array
  readonly destinations: Uint32Array
}

/** Packed guest clusters that move, by the place of their first byte. */
export interface PackedMoves {
  /** Host offsets, ascending, each once. */
  readonly offsets: Float64Array
  /** New host offsets: the same byte of a sector. */
  readonly places: Float64Array
  /** Whole sectors that are copied. */
  readonly sectors: Uint16Array
}

export interface RunMove {
  readonly run: StructureRun
  /** First host cluster of the new place. */
  readonly to: number
}

/**
 * Moves whose destinations are all free when the first of them begins; runs alone may go where something
 * was before. After them the file ends behind cluster `end - 1`.
 */
export interface MoveRound {
  /** Before the moves. */
  readonly layout: Layout
  readonly singles: SingleMoves
  readonly packed: PackedMoves
  /** In this order. */
  readonly runs: readonly RunMove[]
  /** Refcount blocks from this one on count nothing afterwards but each other, and go. */
  readonly blocks: number
  /** Clusters of the file afterwards. */
  readonly end: number
}
