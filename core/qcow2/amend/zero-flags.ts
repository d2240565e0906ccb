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
  /** In the active state, without a cluster. */
  readonly plain: number
  /** In the active state, with a cluster. */
  readonly allocated: number
  /** L2 tables of snapshots that have any. */
  readonly snapshotTables: number
}

/** Whether an entry of a standard L2 table has the zero flag. */
export const hasZeroFlag = (words: WordTable, index: number): boolean =>
  ((words[2 * index] ?? 0) & ZERO_LOW) !== 0 && !isCompressed(words[2 * index + 1] ?? 0)

/**
 * One pass over every L2 table of the image, a shared one looked at once. For images without extended L2
 * entries. Throws `structure-damaged` for tables that are not where they should be.
 */
export async function countZeroFlags(
  file: BlockFile,
  { header, geometry }: HeaderArea,
  { signal, onProgress }: OperationContext = {},
): Promise<ZeroFlags> {
  const breathe = breather(signal)
  const tables = new L2Tables(file, geometry)
  const flagsIn = new Map<number, { readonly plain: number; readonly allocated: number }>()
  const look = (offset: number) => {
    const known = flagsIn.get(offset)
    if (known !== undefined) return known
    const found = flagsOf(tables.load(offset), geometry.l2Entries)
    flagsIn.set(offset, found)
    return found
  }
  const each = async (l1: L1Table, meet: (offset: number) => void) => {
    for (let index = 0; index < l1.place.entries; index++) {
      const offset = l1.l2OffsetAt(index)
      if (offset !== 0) meet(offset)
      const pause = breathe()
      if (pause === undefined) continue
      onProgress?.({ phase: 'tables', done: flagsIn.size, total: 0, unit: 'clusters' })
      await pause
    }
  }

  let plain = 0
  let allocated = 0
  await each(
    new L1Table(file, { offset: header.l1TableOffset, entries: header.l1Size }),
    (offset) => {
      const found = look(offset)
      plain += found.plain
      allocated += found.allocated
    },
  )
  const flagged = new Set<number>()
  for (const { l1TableOffset, l1Size } of readSnapshots(file, header)) {
    await each(new L1Table(file, { offset: l1TableOffset, entries: l1Size }), (offset) => {
      const found = look(offset)
      if (found.plain + found.allocated > 0) flagged.add(offset)
    })
  }
  return { plain, allocated, snapshotTables: flagged.size }
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
