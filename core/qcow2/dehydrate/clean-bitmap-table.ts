import { alignDown } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { SECTOR } from '../format/constants.ts'
import { decodeBitmapTableEntry } from '../format/bitmap-directory.ts'
import type { WordTable } from '../word-table.ts'
import type { Places } from './places.ts'
import type { TableHealth } from './table-health.ts'

const reservedHigh = 0xff00_0000
const reservedLow = 0x1fe
/** The reserved bit that stands for any. */
const reservedStandIn = 2

/** Replaces what no entry of a bitmap's table can be by one that provokes the same finding. */
export function cleanBitmapTable(words: WordTable, places: Places): TableHealth {
  const { clusterSize } = places.subject
  let entries = 0
  let damaged = 0
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    if (low === 0 && high === 0) continue
    entries++
    const { offset, allOnes, invalid } = decodeBitmapTableEntry(high, low)
    const isAligned = offset % clusterSize === 0
    const isInFile = places.isInFile(offset)
    if (!invalid && isAligned && isInFile) continue
    damaged++
    const isReserved = (high & reservedHigh) !== 0 || (low & reservedLow) !== 0
    const cluster = isInFile ? alignDown(offset, clusterSize) : places.pastEnd
    const to = isAligned ? cluster : cluster + SECTOR
    words[at] = (to % HIGH_UNIT) + (allOnes ? 1 : 0) + (isReserved ? reservedStandIn : 0)
    words[at + 1] = Math.floor(to / HIGH_UNIT)
  }
  return { entries, damaged }
}
