import type { HeaderArea } from '../format/header-area.ts'
import type { PackedList } from './packed-list.ts'
import type { StructureRun } from './structure-runs.ts'
import type { L1Place } from './l1-rows.ts'
import type { TableWeights } from './table-weights.ts'

/** What a host cluster is used for: the codes in `Survey.kinds`. */
export const use = {
  /** Refcount 0 and nothing refers to it: a hole of the image. */
  free: 0,
  /** Has a refcount, and nothing refers to it. */
  leaked: 1,
  /** Guest data (or VM state) of one cluster, referred to by standard L2 entries. */
  data: 2,
  /** Compressed data; several guest clusters may lie in it, and one may lie in two. */
  packed: 3,
  l2: 4,
  refcountBlock: 5,
  /** One cluster of a bitmap's data, referred to by an entry of the bitmap's table. */
  bitmapData: 6,
  /** Part of a structure that lies in neighbouring clusters and moves as a whole: see `Survey.runs`. */
  run: 7,
  /**
   * Never moves: the header, a LUKS header, data of a LUKS image (what it is encrypted with depends on its
   * place), and content that has two uses at once without contradiction.
   */
  fixed: 8,
  /** Data that was said to be all zero, in a place where nothing is lost when it is not stored. */
  zero: 9,
  /** An L2 table without which the same is read. */
  emptied: 10,
  /** Nothing refers to it and no refcount block counts it, so that nothing can be put there. */
  uncounted: 11,
} as const

export type Use = (typeof use)[keyof typeof use]

/**
 * What every cluster of an image file is used for, taken from its metadata alone. One byte a host cluster,
 * eight a distinct L2 table, fourteen a packed guest cluster; see `surveyImage` for the bounds.
 */
export interface Survey {
  readonly area: HeaderArea
  /** Bytes of the file. */
  readonly fileLength: number
  /** By host cluster of the file, the last one perhaps cut; see `use`. */
  readonly kinds: Uint8Array
  /** In the order of the file. */
  readonly runs: readonly StructureRun[]
  /** Every L1 table once, the active one first. */
  readonly l1Places: readonly L1Place[]
  /** The L2 tables, and how many L1 entries refer to each. */
  readonly tables: TableWeights
  /** Everything that is compressed. */
  readonly packed: PackedList
  /** Host cluster of refcount block i, 0 for none; up to and with the last there is. */
  readonly refcountBlocks: Uint32Array
  /** How much higher the refcounts of used clusters are, together, than the references to them. */
  readonly overcounted: number
  /** Bytes of metadata that were read. */
  readonly bytesRead: number
}
