import type { BlockFile } from '../../storage/block-file.ts'
import type { Geometry } from '../format/geometry.ts'
import { readWordTable, type WordTable } from '../word-table.ts'
import type { L1Row } from './l1-rows.ts'

/** Entries of one L2 table. */
export interface L2Slice {
  /** Host cluster of the table. */
  readonly table: number
  /** Host offset of the first entry. */
  readonly at: number
  readonly words: WordTable
}

/** Entries of all tables together in one stretch, about: what they ask for waits in memory. */
const mostEntries = 64 * 1024

export interface L2SliceOptions {
  readonly geometry: Geometry
  /** Bytes of the disk in one slice, about. */
  readonly sliceBytes: number
  readonly isWanted: (words: WordTable) => boolean
}

/**
 * The tables of one row that `isWanted`, each once, in slices: the same stretch of the disk in all of them
 * comes one after the other, so that what states share is met together. `null` ends each stretch.
 */
export function* l2Slices(
  file: BlockFile,
  row: L1Row,
  { geometry, sliceBytes, isWanted }: L2SliceOptions,
): Generator<L2Slice | null> {
  const { clusterSize, l2EntryBytes, l2Entries } = geometry
  const tables = [...new Set(row.map(({ table }) => table))]
  const wanted = tables.filter((table) => {
    const at = table * clusterSize
    return isWanted(readWordTable(file, { at, entries: clusterSize / 8, tag: 'l2-table' }))
  })
  if (wanted.length === 0) return
  const wished = Math.min(sliceBytes / clusterSize, mostEntries / wanted.length, l2Entries)
  const step = Math.max(Math.floor(wished), 1)
  for (let first = 0; first < l2Entries; first += step) {
    const bytes = Math.min(step, l2Entries - first) * l2EntryBytes
    for (const table of wanted) {
      const at = table * clusterSize + first * l2EntryBytes
      yield { table, at, words: readWordTable(file, { at, entries: bytes / 8, tag: 'l2-table' }) }
    }
    yield null
  }
}
