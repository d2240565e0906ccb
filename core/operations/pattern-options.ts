/** Patterns that can be told from the bytes of a disk: two of fixed shape, and one of chance. */
export const patternKinds = ['1', '2', 'random'] as const
export type PatternKind = (typeof patternKinds)[number]

/**
 * What a disk holds is decided by these and by its size alone, whatever format or cluster size stores it:
 * so a pattern is still found after the image was converted, compacted or moved.
 */
export interface PatternOptions {
  /**
   * - `1`: the first sector of every other cluster holds its number; nothing else is stored. Many small
   *   pieces with gaps between them.
   * - `2`: every sector holds its number, then every other cluster is discarded, the first one to begin
   *   with. A file with as many holes as it can have: the worst case for compaction.
   * - `random`: stretches of noise, text, written zeroes and discards, from a seed.
   */
  readonly kind: PatternKind
  /** Bytes of a cluster of the pattern, a power of two from 512 on. Default 64 KiB. */
  readonly clusterSize?: number | undefined
  /** Of `random`: from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number | undefined
  /** Of `random`: percent of the disk that hold data, about. Default 50. */
  readonly fill?: number | undefined
}

export const DEFAULT_PATTERN_CLUSTER = 65_536
export const DEFAULT_PATTERN_FILL = 50
