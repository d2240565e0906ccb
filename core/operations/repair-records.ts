import { alignDown, alignUp } from '../base/bits.ts'
import type { PlannedChanges } from '../qcow2/repair/plan-changes.ts'

/** What a power cut may tear a write into. */
export const SECTOR = 512

/** A range of the image that a safety copy has the old bytes of; whole sectors. */
export interface RepairRecord {
  readonly at: number
  readonly length: number
  /** Repairs write to it; otherwise it is a table that stays as it is and is no longer used. */
  readonly isWritten: boolean
}

/**
 * The ranges that a repair writes to, and those of the tables it lets go of, in file order and without
 * overlap. `clusterSize` is what tables are measured in, `length` the file's before the repair.
 */
export function recordsOf(
  { epochs, replaced }: Pick<PlannedChanges, 'epochs' | 'replaced'>,
  { clusterSize, length }: { readonly clusterSize: number; readonly length: number },
): RepairRecord[] {
  const written = joined(
    epochs.flat().map(({ at, bytes }) => ({
      from: alignDown(at, SECTOR),
      to: alignUp(at + bytes.length, SECTOR),
    })),
  )
  const fileEnd = alignUp(length, SECTOR)
  const freed = joined(
    replaced.map(({ offset, clusters }) => ({
      from: offset,
      to: Math.min(offset + clusters * clusterSize, fileEnd),
    })),
  )
  return [
    ...written.map((range) => recordOf(range, true)),
    ...without(freed, written).map((range) => recordOf(range, false)),
  ].toSorted((one, other) => one.at - other.at)
}

interface Range {
  readonly from: number
  readonly to: number
}

const recordOf = ({ from, to }: Range, isWritten: boolean): RepairRecord => ({
  at: from,
  length: to - from,
  isWritten,
})

/** Sorted, with what touches or overlaps made one. */
function joined(ranges: readonly Range[]): Range[] {
  const sorted = ranges
    .filter(({ from, to }) => to > from)
    .toSorted((one, other) => one.from - other.from)
  const answer: { from: number; to: number }[] = []
  for (const { from, to } of sorted) {
    const last = answer.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else answer.push({ from, to })
  }
  return answer
}

/** The parts of `ranges` that no range of `taken` covers; both sorted and joined. */
function without(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  const answer: Range[] = []
  let next = 0
  for (const { from, to } of ranges) {
    let at = from
    while ((taken[next]?.to ?? Infinity) <= at) next++
    for (let index = next; at < to; index++) {
      const cover = taken[index]
      const end = Math.min(to, cover?.from ?? to)
      if (end > at) answer.push({ from: at, to: end })
      at = Math.max(at, cover?.to ?? to)
    }
  }
  return answer
}
