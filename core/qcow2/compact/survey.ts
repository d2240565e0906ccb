import type { HeaderArea } from '../format/header-area.ts'

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
  /** Never moves: the header, a LUKS header, and what has two uses at once without contradiction. */
  fixed: 8,
} as const

export type Use = (typeof use)[keyof typeof use]

/** A structure of one or more neighbouring clusters that is found by one pointer. */
export interface StructureRun {
  readonly kind:
    'l1' | 'snapshot-l1' | 'refcount-table' | 'snapshot-table' | 'bitmap-directory' | 'bitmap-table'
  /** First host cluster, and how many. */
  readonly first: number
  readonly clusters: number
  /** Number of the snapshot or bitmap in its table; 0 for the others. */
  readonly owner: number
}

/**
 * What every cluster of an image file is used for, taken from its metadata alone. An image that a check
 * calls corrupt has none: contradictions are refused (`structure-damaged`). One byte a host cluster.
 */
export interface Survey {
  readonly area: HeaderArea
  /** Bytes of the file. */
  readonly fileLength: number
  /** By host cluster of the file, the last one perhaps cut; see `use`. */
  readonly kinds: Uint8Array
  readonly runs: readonly StructureRun[]
  /** Whether any packed data is in the file, so that its descriptors have to be looked at. */
  readonly hasPacked: boolean
  /** Bytes of metadata that were read. */
  readonly bytesRead: number
}
