import type { BlockFile } from '../../storage/block-file.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { readWordTable } from '../word-table.ts'

/** An L1 table, of the active state or of snapshots. */
export interface L1Place {
  /** Host offset. */
  readonly offset: number
  readonly entries: number
  /** How many states have this very table. */
  readonly owners: number
}

/** One entry that refers to an L2 table. */
export interface L1Reference {
  /** Host offset of the entry. */
  readonly at: number
  /** Host cluster of the table. */
  readonly table: number
  /** For how many states it speaks. */
  readonly weight: number
}

/** What all L1 tables say of one stretch of the disk, the active one first. */
export type L1Row = readonly L1Reference[]

/** Every L1 table of an image once: the active one, then those of the snapshots. */
export function l1PlacesOf(
  { header }: HeaderArea,
  snapshots: readonly SnapshotEntry[],
): readonly L1Place[] {
  const places = new Map<string, { offset: number; entries: number; owners: number }>()
  const add = (offset: number, entries: number) => {
    if (entries === 0) return
    const key = `${offset} ${entries}`
    const known = places.get(key)
    if (known === undefined) places.set(key, { offset, entries, owners: 1 })
    else known.owners++
  }
  add(header.l1TableOffset, header.l1Size)
  for (const { l1TableOffset, l1Size } of snapshots) add(l1TableOffset, l1Size)
  return [...places.values()]
}

/** Entries of all tables together that are read at once, and of one table at least. */
const windowEntries = 512 * 1024
const leastEntries = 64

/**
 * Goes through all L1 tables side by side, so that what several states share comes at once: each element is
 * a batch of rows, in the order of the disk; entries that refer to nothing are left out, and so are rows
 * without any other. 4 MiB of memory, or 512 bytes for each L1 table if that is more.
 */
export function* l1Rows(
  file: BlockFile,
  places: readonly L1Place[],
  clusterSize: number,
): Generator<readonly L1Row[]> {
  const most = places.reduce((entries, place) => Math.max(entries, place.entries), 0)
  const step = Math.max(leastEntries, Math.floor(windowEntries / Math.max(places.length, 1)))
  for (let first = 0; first < most; first += step) {
    const rows: (L1Reference[] | undefined)[] = []
    for (const { offset, entries, owners } of places) {
      const count = Math.min(step, entries - first)
      if (count <= 0) continue
      const start = offset + first * L1_ENTRY_BYTES
      const words = readWordTable(file, { at: start, entries: count, tag: 'l1-table' })
      for (let index = 0; index < count; index++) {
        const l2 = entryOffset(words[2 * index + 1] ?? 0, words[2 * index] ?? 0)
        if (l2 === 0) continue
        const at = start + index * L1_ENTRY_BYTES
        const row = (rows[index] ??= [])
        row.push({ at, table: l2 / clusterSize, weight: owners })
      }
    }
    const found = rows.filter((row) => row !== undefined)
    if (found.length > 0) yield found
  }
}
