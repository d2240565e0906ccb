import { throwIfAborted } from '../../base/abort.ts'
import { BitSet } from '../../base/bit-set.ts'
import { sameBytes } from '../../base/same-bytes.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { Geometry } from '../format/geometry.ts'
import type { References } from '../restructure/reference-draft.ts'
import type { WordTable } from '../word-table.ts'
import { refersToSame, storedPieces, type KeptTable, type StoredPiece } from './kept-table.ts'

/** A kept table with where its bytes begin. */
export interface FoundTable extends KeptTable {
  readonly bytesAt: number
}

/** Kept bytes, from a place that a table told. */
export type ReadKept = (into: Uint8Array, at: number) => Promise<void>

export interface ImageNow {
  readonly file: BlockFile
  readonly geometry: Geometry
  readonly references: Pick<References, 'count'>
  /** The tables that other states have at the same L1 index. */
  readonly tables: readonly { readonly words: WordTable }[]
}

/**
 * The entries of a kept table whose bytes have to be written anew: those that no other state has at the same
 * place of the disk any more, and those whose clusters hold something else by now. Throws
 * `kept-snapshot-written-since` when one of them was not kept.
 */
export async function freshEntries(
  table: FoundTable,
  now: ImageNow,
  read: ReadKept,
  signal: AbortSignal | undefined,
): Promise<BitSet> {
  const { file, geometry } = now
  const { kept, words } = table
  const fresh = new BitSet(geometry.l2Entries)
  const compared = new BitSet(geometry.l2Entries)
  for (const piece of storedPieces(words, geometry, kept)) {
    for (const entry of entriesOf(piece)) {
      const isThere = isReferredTo(entry, piece, words, now)
      if (!isThere && !kept.has(entry)) throw notFound(file, piece)
      if (kept.has(entry)) (isThere ? compared : fresh).add(entry)
    }
  }
  const places = keptPlaces(table, geometry)
  for (const piece of storedPieces(words, geometry, compared)) {
    const { first, offset, length } = piece
    if (!compared.has(first)) continue
    throwIfAborted(signal)
    const then = new Uint8Array(length)
    const today = new Uint8Array(length)
    await read(then, places[first] ?? 0)
    await file.read(today, offset, 'data')
    for (const entry of entriesOf(piece)) {
      const from = ((entry - first) * length) / piece.entries
      const to = from + length / piece.entries
      if (!sameBytes(then.subarray(from, to), today.subarray(from, to))) fresh.add(entry)
    }
  }
  return fresh
}

/** Where the bytes of each kept entry are in the file that keeps them. */
export function keptPlaces(table: FoundTable, geometry: Geometry): Float64Array {
  const places = new Float64Array(geometry.l2Entries)
  let at = table.bytesAt
  for (const piece of storedPieces(table.words, geometry, table.kept)) {
    if (!table.kept.has(piece.first)) continue
    for (const entry of entriesOf(piece)) {
      places[entry] = at
      at += piece.length / piece.entries
    }
  }
  return places
}

/** Whether another state refers to the same bytes, in clusters that are counted as used. */
function isReferredTo(
  entry: number,
  { kind, first, offset, length }: StoredPiece,
  words: WordTable,
  { geometry, references, tables }: ImageNow,
): boolean {
  if (!tables.some((other) => refersToSame(words, other.words, entry, geometry))) return false
  const { clusterSize } = geometry
  const from = Math.floor(offset / clusterSize) + (entry - first)
  const last = kind === 'standard' ? from : Math.floor((offset + length - 1) / clusterSize)
  for (let cluster = from; cluster <= last; cluster++) {
    if (references.count(cluster) === 0) return false
  }
  return true
}

function* entriesOf({ first, entries }: StoredPiece): Generator<number> {
  for (let entry = first; entry < first + entries; entry++) yield entry
}

const notFound = (file: BlockFile, { offset }: StoredPiece) =>
  new ImageError('kept-snapshot-written-since', {
    path: file.name,
    field: 'a cluster it shared',
    found: 'nowhere',
    expected: `at 0x${offset.toString(16)}`,
  })
