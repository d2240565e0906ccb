import { ceilDiv } from '../../base/bits.ts'
import { word64, zeroWord, type Word64 } from '../../base/word64.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import { encodeSnapshotEntry, type SnapshotEntry } from '../format/snapshot-table.ts'
import type { TablePlace } from '../l1-table.ts'
import { L1Tree } from '../snapshot/l1-tree.ts'
import { fileBytesOf } from '../word-table.ts'
import type { NewFileSpace } from './new-file-space.ts'
import type { TreeCensus } from './tree-census.ts'

/** The L1 tables of the new file, and the snapshot table, whose places are known before their content. */
export interface NewL1Places {
  /** Of the active state; 0 for a disk without a sector. */
  readonly active: number
  /** Of each snapshot, in the order of their table. */
  readonly snapshots: readonly number[]
  /** 0 where there are no snapshots. */
  readonly snapshotTable: number
}

/** Reserves what `writeL1Tables` writes. */
export function placeL1Tables(
  trees: readonly TablePlace[],
  snapshots: readonly SnapshotEntry[],
  { clusterSize }: Geometry,
  space: NewFileSpace,
): NewL1Places {
  const [active = 0, ...others] = trees.map(({ entries }) =>
    entries === 0 ? 0 : space.structure(ceilDiv(entries * L1_ENTRY_BYTES, clusterSize)),
  )
  const bytes = snapshotTableBytes(snapshots)
  const snapshotTable = bytes === 0 ? 0 : space.structure(ceilDiv(bytes, clusterSize))
  return { active, snapshots: others, snapshotTable }
}

/** One L1 table with the new places of its L2 tables; only the active one's flags mean anything. */
export async function writeL1Table(
  from: BlockFile,
  to: WritableFile,
  {
    geometry,
    tree: place,
    at,
    census,
    isActive,
  }: {
    readonly geometry: Geometry
    readonly tree: TablePlace
    readonly at: number
    readonly census: TreeCensus
    readonly isActive: boolean
  },
): Promise<void> {
  if (place.entries === 0) return
  const tree = L1Tree.read(from, geometry, place)
  const words = new Uint32Array(tree.l1.length)
  for (let index = 0; index < tree.entries; index++) {
    const offset = tree.l2OffsetAt(index)
    const word =
      offset === 0 ? zeroWord : census.places.get(Math.floor(offset / geometry.clusterSize))
    const isOurs = isActive && word.low + word.high > 0 && census.references(offset) === 1
    const { high, low } = isOurs ? withCopied(word) : word
    words[2 * index] = low
    words[2 * index + 1] = high
  }
  await to.write(fileBytesOf(words), at, 'l1-table')
}

const withCopied = ({ high, low }: Word64): Word64 => word64(high | COPIED_HIGH, low)

/** The snapshot table: ids, names, dates, VM state and data we do not know as they were. */
export async function writeSnapshotTable(
  to: WritableFile,
  snapshots: readonly SnapshotEntry[],
  places: NewL1Places,
): Promise<void> {
  const bytes = new Uint8Array(snapshotTableBytes(snapshots))
  let at = 0
  for (const [index, entry] of snapshots.entries()) {
    const encoded = encodeSnapshotEntry({ ...entry, l1TableOffset: places.snapshots[index] ?? 0 })
    bytes.set(encoded, at)
    at += encoded.length
  }
  if (at > 0) await to.write(bytes, places.snapshotTable, 'snapshot-table')
}

/** 64 MiB at most: readers accept no more. */
const snapshotTableBytes = (snapshots: readonly SnapshotEntry[]): number =>
  snapshots.reduce((sum, entry) => sum + encodeSnapshotEntry(entry).length, 0)
