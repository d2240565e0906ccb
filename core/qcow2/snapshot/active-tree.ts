import { ceilDiv } from '../../base/bits.ts'
import { sameBytes } from '../../base/same-bytes.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import type { Restructure } from '../restructure/restructure.ts'
import { fileBytesOf, type WordTable } from '../word-table.ts'
import { L1Tree } from './l1-tree.ts'

/** The tables of the active state. */
export function activeTree(file: BlockFile, { header, geometry }: HeaderArea): L1Tree {
  const place = { offset: header.l1TableOffset, entries: header.l1Size }
  return L1Tree.read(file, geometry, place)
}

/** The tables of a snapshot. */
export function snapshotTree(
  file: BlockFile,
  { geometry }: HeaderArea,
  { l1TableOffset: offset, l1Size: entries }: SnapshotEntry,
): L1Tree {
  return L1Tree.read(file, geometry, { offset, entries })
}

/** Clusters of an L1 table. */
export const l1Clusters = (entries: number, clusterSize: number): number =>
  ceilDiv(entries * L1_ENTRY_BYTES, clusterSize)

/** A new active L1 table in place of the old one, unless nothing in it changes. */
export function exchangeActiveL1(
  change: Restructure,
  { header, geometry }: HeaderArea,
  old: L1Tree,
  l1: WordTable,
): Partial<Qcow2Header> {
  const isSame = sameBytes(new Uint8Array(old.l1.buffer), new Uint8Array(l1.buffer))
  if (isSame) return {}
  const oldClusters = l1Clusters(header.l1Size, geometry.clusterSize)
  if (oldClusters > 0) change.remove(header.l1TableOffset, oldClusters)
  const run = change.reserve(l1Clusters(l1.length / 2, geometry.clusterSize))
  change.write(run, fileBytesOf(l1), 'l1-table')
  return { l1TableOffset: run.offset, l1Size: l1.length / 2 }
}

/** An L1 table for a new snapshot; the part of its entry that tells of it. */
export function writeSnapshotL1(
  change: Restructure,
  l1: WordTable,
  clusterSize: number,
): Pick<SnapshotEntry, 'l1TableOffset' | 'l1Size'> {
  const l1Size = l1.length / 2
  // A disk without a single sector has no table, as with QEMU.
  if (l1Size === 0) return { l1TableOffset: 0, l1Size }
  const run = change.reserve(l1Clusters(l1Size, clusterSize))
  change.write(run, fileBytesOf(l1), 'l1-table')
  return { l1TableOffset: run.offset, l1Size }
}
