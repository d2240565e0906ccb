import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { isCompressed, ZERO_LOW } from '../format/l2-entry.ts'
import { L1Table } from '../l1-table.ts'
import { L2Tables } from '../l2-tables.ts'
import { readSnapshots } from '../snapshots.ts'
import type { WordTable } from '../word-table.ts'

/** Clusters that read as zeroes by a flag, which version 2 does not have. */
export interface ZeroFlags {
  /** Without a cluster. */
  readonly plain: number
  /** With a cluster. */
  readonly allocated: number
}

/** Whether an entry of a standard L2 table has the zero flag. */
export const hasZeroFlag = (words: WordTable, index: number): boolean =>
  ((words[2 * index] ?? 0) & ZERO_LOW) !== 0 && !isCompressed(words[2 * index + 1] ?? 0)

/**
 * One pass over every L2 table of the active state and of all snapshots, a shared one counted once. For
 * images without extended L2 entries. Throws `structure-damaged` for tables that are not where they
 * should be.
 */
export async function countZeroFlags(
  file: BlockFile,
  { header, geometry }: HeaderArea,
  { signal, pause: gate, onProgress }: OperationContext = {},
): Promise<ZeroFlags> {
  const breathe = breather(signal, { pause: gate })
  const tables = new L2Tables(file, geometry)
  const seen = new Set<number>()
  let plain = 0
  let allocated = 0
  const places = readSnapshots(file, header).map(({ l1TableOffset, l1Size }) => ({
    offset: l1TableOffset,
    entries: l1Size,
  }))
  for (const place of [{ offset: header.l1TableOffset, entries: header.l1Size }, ...places]) {
    const l1 = new L1Table(file, place)
    for (let index = 0; index < place.entries; index++) {
      const offset = l1.l2OffsetAt(index)
      if (offset === 0 || seen.has(offset)) continue
      seen.add(offset)
      const found = flagsOf(tables.load(offset), geometry.l2Entries)
      plain += found.plain
      allocated += found.allocated
      const pause = breathe()
      if (pause === undefined) continue
      onProgress?.({ phase: 'tables', done: seen.size, total: 0, unit: 'clusters' })
      await pause
    }
  }
  return { plain, allocated }
}

function flagsOf(words: WordTable, entries: number) {
  let plain = 0
  let allocated = 0
  for (let index = 0; index < entries; index++) {
    if (!hasZeroFlag(words, index)) continue
    if (entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0) === 0) plain++
    else allocated++
  }
  return { plain, allocated }
}
