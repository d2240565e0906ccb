import { breather, throwIfAborted } from '../../base/abort.ts'
import type { BitSet } from '../../base/bit-set.ts'
import { ceilDiv } from '../../base/bits.ts'
import { sameBytes } from '../../base/same-bytes.ts'
import { encodeName } from '../../base/text.ts'
import { wordFromNumber, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HostOffset } from '../../units.ts'
import type { Geometry } from '../format/geometry.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { compressedSectors, encodeL2Entry } from '../format/l2-entry.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import { fileBytesOf, type WordTable } from '../word-table.ts'
import { activeTree, exchangeActiveL1, writeSnapshotL1 } from './active-tree.ts'
import { setCopied } from './copied-flags.ts'
import { entryRuns } from './entry-runs.ts'
import { storedPieces, type StoredPiece } from './kept-table.ts'
import { OtherTables } from './other-tables.ts'
import { PackedRoom } from './packed-room.ts'
import { refuseDataFile } from './refuse-data-file.ts'
import { settleFlags } from './settle-flags.ts'
import { freshEntries, keptPlaces, type FoundTable, type ReadKept } from './shared-again.ts'
import { SnapshotList } from './snapshot-list.ts'

/** A snapshot that was kept, with its bytes. */
export interface KeptSource {
  readonly entry: SnapshotEntry
  /** How many snapshots stood before it. */
  readonly position: number
  /** From the first to the last, as often as they are asked for. */
  tables(): Iterable<FoundTable>
  readonly read: ReadKept
}

export interface RestoredSnapshot {
  /** The image as it is now. */
  readonly area: HeaderArea
  readonly entry: SnapshotEntry
}

/**
 * The entry that a kept snapshot gets: as it was, but for an id that another one has by now. Throws
 * `kept-snapshot-still-there`, and `snapshot-exists` when another one has its name.
 */
export function restoredEntry(
  file: BlockFile,
  snapshots: SnapshotList,
  entry: SnapshotEntry,
): SnapshotEntry {
  const { entries } = snapshots
  const facts = { path: file.name, id: entry.name }
  if (entries.some((other) => isSameSnapshot(other, entry))) {
    throw new ImageError('kept-snapshot-still-there', facts)
  }
  if (entries.some(({ name }) => name === entry.name))
    throw new ImageError('snapshot-exists', facts)
  if (!entries.some(({ id }) => id === entry.id)) return entry
  const id = snapshots.newId()
  return { ...entry, id, rawId: encodeName(id) }
}

const isSameSnapshot = (one: SnapshotEntry, other: SnapshotEntry): boolean =>
  sameBytes(one.rawId, other.rawId) &&
  sameBytes(one.rawName, other.rawName) &&
  one.dateSeconds === other.dateSeconds &&
  one.dateNanoseconds === other.dateNanoseconds

/**
 * Puts a snapshot back that was kept. A cluster that another state has at the same place of the disk is shared
 * with it again, as long as it holds what was kept of it; all other kept clusters are written anew, and so are
 * the L2 tables that no other state has.
 *
 * What was not kept is taken as it is: the caller knows that nobody wrote to the image since. Conditions and
 * errors as `createSnapshot`; besides those what `restoredEntry` throws, and `kept-snapshot-written-since` when
 * what was not kept is not found.
 */
export async function restoreSnapshot(
  file: WritableFile,
  area: HeaderArea,
  source: KeptSource,
  context: OperationContext,
): Promise<RestoredSnapshot> {
  refuseDataFile(file, area)
  const { geometry } = area
  const snapshots = new SnapshotList(file, area)
  const identity = restoredEntry(file, snapshots, source.entry)
  const active = activeTree(file, area)

  using change = Restructure.begin(file, area, { ...context, refcounts: 'stored' })
  const work = { file, area, change, source, context }
  const places = await referToWhatIsThere(work, new OtherTables(file, area, snapshots.entries))
  const present = await settleFlags(change, active, {
    ...context,
    geometry,
    isShared: (index) => places.get(index)?.shared?.isPresent === true,
  })
  const own = await writeTheRest(work, places, present)
  const entry = { ...identity, ...writeSnapshotL1(change, own, geometry.clusterSize) }
  const position = Math.min(source.position, snapshots.entries.length)
  const fields = {
    ...exchangeActiveL1(change, area, active, present),
    ...snapshots.replace(change, snapshots.entries.toSpliced(position, 0, entry)),
  }
  return { area: await change.commit(fields), entry }
}

interface Work {
  readonly file: WritableFile
  readonly area: HeaderArea
  readonly change: Restructure
  readonly source: KeptSource
  readonly context: OperationContext
}

/** What becomes of a kept L2 table. */
interface TablePlan {
  /** The table of another state that says the same; undefined: it gets one of its own. */
  readonly shared: { readonly offset: number; readonly isPresent: boolean } | undefined
  /** Entries whose bytes are written anew. */
  readonly fresh: BitSet
}

/** Looks at everything and adds references; reserves nothing yet, so that a contradiction is found before. */
async function referToWhatIsThere(
  { file, area: { geometry }, change, source, context }: Work,
  others: OtherTables,
): Promise<ReadonlyMap<number, TablePlan>> {
  const { signal, pause } = context
  const breathe = breather(signal, { pause })
  const places = new Map<number, TablePlan>()
  for (const table of source.tables()) {
    const turn = breathe()
    if (turn !== undefined) await turn
    const tables = others.offsetsAt(table.index).flatMap((offset) => others.read(offset) ?? [])
    const now = { file, geometry, references: change, tables }
    const fresh = await freshEntries(table, now, source.read, signal)
    const same =
      fresh.size === 0 ? tables.find(({ words }) => sameWords(words, table.words)) : undefined
    if (same === undefined) {
      for (const piece of storedPieces(table.words, geometry, fresh)) {
        if (!fresh.has(piece.first)) refer(change, piece, geometry)
      }
      places.set(table.index, { shared: undefined, fresh })
      continue
    }
    const { offset, stored } = same
    change.add(offset, 1)
    for (const { first, clusters } of entryRuns(stored, geometry)) {
      change.add(first * geometry.clusterSize, clusters)
    }
    const isPresent = offset === others.presentAt(table.index)
    places.set(table.index, { shared: { offset, isPresent }, fresh })
  }
  return places
}

/** One more reference to all host clusters of a piece. */
function refer(change: Restructure, { offset, length }: StoredPiece, geometry: Geometry): void {
  const { clusterSize } = geometry
  const first = Math.floor(offset / clusterSize)
  change.add(first * clusterSize, ceilDiv(offset + length, clusterSize) - first)
}

/** Writes fresh clusters and the tables that are not shared; gives the L1 table of the snapshot. */
async function writeTheRest(
  { file, area: { geometry }, change, source, context }: Work,
  places: ReadonlyMap<number, TablePlan>,
  present: WordTable,
): Promise<WordTable> {
  const { signal, pause, onProgress } = context
  const breathe = breather(signal, { pause })
  const l1: WordTable = new Uint32Array(2 * source.entry.l1Size)
  const room = new PackedRoom(file, change, geometry)
  let done = 0
  for (const table of source.tables()) {
    const place = places.get(table.index)
    if (place === undefined) continue
    const { shared, fresh } = place
    if (shared !== undefined) {
      // A table of the present state may have moved: its flags are others now.
      const moved = presentOffset(present, table.index)
      setL1(l1, table.index, shared.isPresent ? moved : wordFromNumber(shared.offset))
      continue
    }
    const words = table.words.slice()
    const bytesAt = keptPlaces(table, geometry)
    for (const piece of storedPieces(table.words, geometry, fresh)) {
      if (!fresh.has(piece.first)) continue
      throwIfAborted(signal)
      const bytes = new Uint8Array(piece.length)
      await source.read(bytes, bytesAt[piece.first] ?? 0)
      if (piece.kind === 'standard') {
        const run = change.reserve(piece.entries)
        change.write(run, bytes, 'data')
        referToRun(words, piece, run.offset, geometry)
      } else {
        referToPacked(words, piece, room.put(bytes, piece.offset), geometry)
      }
      done += piece.length
      onProgress?.({ phase: 'data', done, total: 0, unit: 'bytes' })
      const turn = breathe()
      if (turn !== undefined) await turn
    }
    const run = change.reserve(1)
    change.write(run, fileBytesOf(words), 'l2-table')
    setL1(l1, table.index, wordFromNumber(run.offset))
  }
  return l1
}

const presentOffset = (l1: WordTable, index: number): Word64 => ({
  low: l1[2 * index] ?? 0,
  high: l1[2 * index + 1] ?? 0,
})

function setL1(l1: WordTable, index: number, { low, high }: Word64): void {
  l1[2 * index] = low
  l1[2 * index + 1] = high
  setCopied(l1, 2 * index, false)
}

function referToRun(
  words: WordTable,
  { first, entries }: StoredPiece,
  offset: HostOffset,
  { hasSubclusters, clusterSize }: Geometry,
): void {
  const stride = hasSubclusters ? 4 : 2
  for (let entry = 0; entry < entries; entry++) {
    const { low, high } = wordFromNumber(offset + entry * clusterSize)
    words[(first + entry) * stride] = low
    words[(first + entry) * stride + 1] = high
  }
}

function referToPacked(
  words: WordTable,
  { first }: StoredPiece,
  offset: HostOffset,
  geometry: Geometry,
): void {
  const at = first * (geometry.hasSubclusters ? 4 : 2)
  const sectors = compressedSectors(words[at + 1] ?? 0, geometry)
  const entry = { kind: 'compressed', hostOffset: offset, sectors, copied: false } as const
  const { low, high } = encodeL2Entry(entry, geometry)
  words[at] = low
  words[at + 1] = high
}

const sameWords = (one: WordTable, other: WordTable): boolean =>
  one.length === other.length && one.every((word, at) => word === other[at])
