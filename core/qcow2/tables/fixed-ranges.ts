export interface FixedRange {
  readonly start: number
  /** First byte after the range. */
  readonly end: number
}

/**
 * Byte ranges that do not change, of any number and length: they may come from an image that lies, so
 * nothing of them is unfolded.
 */
export class FixedRanges {
  /** In order, with what touches or overlaps made one. */
  readonly ranges: readonly FixedRange[]

  constructor(ranges: Iterable<{ readonly offset: number; readonly bytes: number }>) {
    const joined: { start: number; end: number }[] = []
    const sorted = Array.from(ranges).toSorted((one, other) => one.offset - other.offset)
    for (const { offset, bytes } of sorted) {
      const end = offset + bytes
      const last = joined.at(-1)
      if (last !== undefined && offset <= last.end) last.end = Math.max(last.end, end)
      else if (bytes > 0) joined.push({ start: offset, end })
    }
    this.ranges = joined
  }

  /** The first byte of [from, to) that lies in a range. */
  firstIn(from: number, to: number): number | undefined {
    let low = 0
    let high = this.ranges.length
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.ranges[middle]?.end ?? 0) > from) high = middle
      else low = middle + 1
    }
    const start = this.ranges[low]?.start
    return start !== undefined && start < to ? Math.max(start, from) : undefined
  }
}
