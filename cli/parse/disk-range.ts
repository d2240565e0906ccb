import { UsageError } from '../usage-error.ts'

const SECTOR = 512

export interface RangeWords {
  /** Sectors. */
  readonly sector: number | undefined
  readonly length: number | undefined
  /** Bytes. */
  readonly offset: number | undefined
  readonly bytes: number | undefined
}

/** Where a range begins, in bytes; 0 when nobody said. Throws UsageError for two answers. */
export function offsetOf({ sector, offset }: Pick<RangeWords, 'sector' | 'offset'>): number {
  if (sector !== undefined && offset !== undefined) {
    throw new UsageError('--sector and --offset both say where it begins; one is enough.')
  }
  return sector === undefined ? (offset ?? 0) : sector * SECTOR
}

/** How long a range is, in bytes; undefined when nobody said. Throws UsageError for two answers. */
export function lengthOf({
  length,
  bytes,
}: Pick<RangeWords, 'length' | 'bytes'>): number | undefined {
  if (length !== undefined && bytes !== undefined) {
    throw new UsageError('--length and --bytes both say how long it is; one is enough.')
  }
  return length === undefined ? bytes : length * SECTOR
}
