import { alignDown } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { largestOffset } from '../check/stored-refcounts.ts'
import { SECTOR } from '../format/constants.ts'
import { refcountBlockOffset } from '../format/refcount-block.ts'
import type { WordTable } from '../word-table.ts'
import type { Places } from './places.ts'
import type { TableHealth } from './table-health.ts'

const allOnes = 0xffff_ffff
const reservedLow = 0x1ff
/** The reserved bit that stands for any. */
const reservedStandIn = 1

/**
 * Replaces what no entry of the refcount table can be by one that provokes the same finding and hides the
 * same refcounts.
 */
export function cleanRefcountTable(words: WordTable, places: Places): TableHealth {
  const { clusterSize } = places.subject
  let entries = 0
  let damaged = 0
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    if (low === 0 && high === 0) continue
    entries++
    const offset = refcountBlockOffset(high, low)
    const isReserved = (low & reservedLow) !== 0
    // The low half tells exactly: all of a 64-bit offset does not fit a number.
    const isAligned = (low - (low % SECTOR)) % clusterSize === 0
    const isInFile = places.isInFile(offset)
    if (!isReserved && isAligned && isInFile) continue
    damaged++
    const reserved = isReserved ? reservedStandIn : 0
    if (isAligned && offset > largestOffset - clusterSize) {
      words[at] = alignDown(allOnes, clusterSize) + reserved
      words[at + 1] = allOnes
      continue
    }
    const cluster = isInFile ? alignDown(offset, clusterSize) : places.pastEnd
    const to = isAligned ? cluster : cluster + SECTOR
    words[at] = (to % HIGH_UNIT) + reserved
    words[at + 1] = Math.floor(to / HIGH_UNIT)
  }
  return { entries, damaged }
}
