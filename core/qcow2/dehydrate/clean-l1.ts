import { HIGH_UNIT } from '../../base/word64.ts'
import { SECTOR } from '../format/constants.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import type { WordTable } from '../word-table.ts'
import type { Places } from './places.ts'
import type { TableHealth } from './table-health.ts'

const reservedHigh = 0x7f00_0000
const reservedLow = 0x1ff
/** The reserved bit that stands for any. */
const reservedStandIn = 1

/**
 * Replaces what no L1 entry of this file can be by an entry that provokes the same finding. An offset in the
 * file stays even where it is no multiple of the cluster size, for the table that lies there is read.
 */
export function cleanL1(words: WordTable, places: Places): TableHealth {
  const { clusterSize } = places.subject
  let entries = 0
  let damaged = 0
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    if (low === 0 && high === 0) continue
    entries++
    const offset = entryOffset(high, low)
    const isReserved = (high & reservedHigh) !== 0 || (low & reservedLow) !== 0
    const isAligned = offset % clusterSize === 0
    const isKnown = places.isKnown(offset)
    if (!isReserved && isAligned && isKnown) continue
    damaged++
    const to = isKnown ? offset : places.standInFor(offset) + (isAligned ? 0 : SECTOR)
    words[at] = (to % HIGH_UNIT) + (isReserved ? reservedStandIn : 0)
    words[at + 1] = ((high & COPIED_HIGH) | Math.floor(to / HIGH_UNIT)) >>> 0
  }
  return { entries, damaged }
}
