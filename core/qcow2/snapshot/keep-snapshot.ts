import { BitSet } from '../../base/bit-set.ts'
import { breather } from '../../base/abort.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { CountPages } from '../restructure/count-pages.ts'
import { StoredBlocks } from '../restructure/stored-blocks.ts'
import type { WordTable } from '../word-table.ts'
import { snapshotTree } from './active-tree.ts'
import {
  readEntries,
  refersToSame,
  storedEntries,
  storedPieces,
  type KeptTable,
} from './kept-table.ts'
import { OtherTables } from './other-tables.ts'
import { SnapshotList } from './snapshot-list.ts'

/** Bytes for refcounts. */
const COUNT_BUDGET = 128 * 2 ** 20

/** What LUKS and AES made of a cluster is bound to its place: nowhere else would it be read. */
export function mustBeKeepable(file: BlockFile, { encryption }: HeaderArea): void {
  if (encryption !== 'none') throw new ImageError('snapshot-not-kept', { path: file.name })
}

export interface KeepTablesOptions extends OperationContext {
  readonly entry: SnapshotEntry
  /** `own`: what no other state refers to at the same place of the disk; `whole`: all. */
  readonly content: 'own' | 'whole'
}

/**
 * The L2 tables of a snapshot in order, with which clusters of theirs have to be kept so that it can come back.
 *
 * What another state refers to at the same place of the disk is in the image for as long as nothing is written
 * to it. Whatever else the refcounts say, the rest is kept: a reference that is not found the same way later
 * would be no way back. Throws `structure-damaged`, `image-too-large` and `cancelled`.
 */
export async function* keptTables(
  file: BlockFile,
  area: HeaderArea,
  { entry, content, signal, pause, onProgress }: KeepTablesOptions,
): AsyncGenerator<KeptTable> {
  const { geometry } = area
  const breathe = breather(signal, { pause })
  const tree = snapshotTree(file, area, entry)
  const { entries } = new SnapshotList(file, area)
  const others = new OtherTables(
    file,
    area,
    entries.filter(({ l1TableOffset }) => l1TableOffset !== entry.l1TableOffset),
  )
  const stored = new StoredBlocks(file, area)
  const refcounts = new CountPages({ source: (page) => stored.page(page), budget: COUNT_BUDGET })
  for (let index = 0; index < tree.entries; index++) {
    const turn = breathe()
    if (turn !== undefined) {
      const done = index * geometry.clusterSize
      onProgress?.({
        phase: 'tables',
        done,
        total: tree.entries * geometry.clusterSize,
        unit: 'bytes',
      })
      await turn
    }
    const offset = tree.l2OffsetAt(index)
    if (offset === 0) continue
    const words = readEntries(tree.readL2(offset), geometry)
    const all = storedEntries(words, geometry)
    if (content === 'whole') {
      yield { index, words, kept: all }
    } else if (others.offsetsAt(index).includes(offset)) {
      yield { index, words, kept: new BitSet(geometry.l2Entries) }
    } else {
      const own = { words, all, index }
      yield { index, words, kept: ownEntries(own, { area, others, refcounts }) }
    }
  }
}

/** What keeping a snapshot takes, in bytes of clusters and L2 tables. */
export interface KeepingMeasure {
  readonly tables: number
  /** Of all that a guest, or a VM that goes on, reads in it. */
  readonly data: number
  /** The compressed part of that. */
  readonly packed: number
}

/** Reads every table of a snapshot. Throws `structure-damaged` and `cancelled`. */
export async function measureKeeping(
  file: BlockFile,
  area: HeaderArea,
  entry: SnapshotEntry,
  { signal, pause }: OperationContext,
): Promise<KeepingMeasure> {
  const { geometry } = area
  const breathe = breather(signal, { pause })
  const tree = snapshotTree(file, area, entry)
  const none = new BitSet(geometry.l2Entries)
  const sum = { tables: 0, data: 0, packed: 0 }
  for (let index = 0; index < tree.entries; index++) {
    const offset = tree.l2OffsetAt(index)
    if (offset === 0) continue
    sum.tables += geometry.clusterSize
    for (const piece of storedPieces(readEntries(tree.readL2(offset), geometry), geometry, none)) {
      sum.data += piece.length
      if (piece.kind === 'compressed') sum.packed += piece.length
    }
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return sum
}

interface TableToKeep {
  readonly index: number
  readonly words: WordTable
  readonly all: BitSet
}

interface Surroundings {
  readonly area: HeaderArea
  readonly others: OtherTables
  readonly refcounts: CountPages
}

function ownEntries(
  { index, words, all }: TableToKeep,
  { area: { geometry }, others, refcounts }: Surroundings,
): BitSet {
  const own = new BitSet(geometry.l2Entries)
  const open = new Set<number>()
  for (const { kind, first, entries, offset } of storedPieces(words, geometry, all)) {
    for (let entry = first; entry < first + entries; entry++) {
      const cluster = Math.floor(offset / geometry.clusterSize) + (entry - first)
      // One reference is ours. Packed clusters share theirs with whoever lies beside them.
      if (kind === 'standard' && refcounts.get(cluster) <= 1) own.add(entry)
      else open.add(entry)
    }
  }
  for (const offset of open.size === 0 ? [] : others.offsetsAt(index)) {
    const other = others.read(offset)
    if (other === undefined) continue
    for (const entry of open) {
      if (refersToSame(words, other.words, entry, geometry)) open.delete(entry)
    }
    if (open.size === 0) break
  }
  for (const entry of open) own.add(entry)
  return own
}
