import { readBitmaps } from '../bitmap-list.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { readWordTable } from '../word-table.ts'
import type { RoundParts } from './round-parts.ts'
import { movesAny, SingleReferences } from './single-references.ts'
import { use } from './survey.ts'

/** Entries of a bitmap's table that are looked at at once. */
const bitmapEntries = 64 * 1024

/** Level 2: bits of bitmaps, one cluster each. */
export async function moveBitmapData(parts: RoundParts): Promise<void> {
  if (!movesAny(parts, use.bitmapData)) return
  const { file, area } = parts
  const moves = new SingleReferences(parts, use.bitmapData)
  for (const { tableOffset, tableSize } of readBitmaps(file, area)) {
    for (let first = 0; first < tableSize; first += bitmapEntries) {
      const start = tableOffset + first * 8
      const entries = Math.min(bitmapEntries, tableSize - first)
      const words = readWordTable(file, { at: start, entries, tag: 'bitmap' })
      for (let index = 0; index < entries; index++) {
        const offset = entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0)
        if (offset === 0) continue
        const at = start + index * 8
        moves.follow({ at, cluster: offset / parts.round.layout.clusterSize, weight: 1 }, 'bitmap')
        await moves.commitWhenFull()
      }
    }
  }
  await parts.batch.finish()
}
