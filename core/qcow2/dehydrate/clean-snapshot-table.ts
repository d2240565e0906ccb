import { alignUp } from '../../base/bits.ts'
import { isAllZero } from '../../base/zeroes.ts'
import { limits } from '../format/constants.ts'
import { SNAPSHOT_FIXED_BYTES } from '../format/snapshot-table.ts'
import type { MetadataReader } from '../check/subject.ts'
import { isNameLike } from './name-like.ts'
import type { NameKeeper } from './names.ts'
import type { Places } from './places.ts'

/** Where a table of 64-bit entries is that an entry refers to. */
export interface TablePlace {
  readonly offset: number
  readonly entries: number
}

/** A table of names as it goes into a container. */
export interface CleanTable {
  /** From the table's offset on; shorter than the table when its rest was left out. */
  readonly bytes: Uint8Array
  /** Where something was read as an entry that is none; nothing after it is in `bytes`. */
  readonly leftOut: { readonly offset: number; readonly length: number } | undefined
  /** The tables that its entries refer to and that can be followed. */
  readonly tables: readonly TablePlace[]
}

/** QEMU's own limits, with the NUL. */
const mostIdBytes = 128
const mostNameBytes = 256
/** Fields of the extra data that are known: VM state size, disk size, instructions. */
const knownExtraBytes = 24
const mostNanoseconds = 1_000_000_000

/**
 * The snapshot table without what nobody reads: extra data that we do not know, padding. An entry of which more
 * than one thing is impossible is none, and ends the table; of the one thing that may be wrong, that it is wrong
 * is left.
 */
export function cleanSnapshotTable(
  reader: MetadataReader,
  places: Places,
  names: NameKeeper,
): CleanTable {
  const { offset, count } = places.subject.snapshots
  const pieces: Uint8Array[] = []
  const tables: TablePlace[] = []
  let length = 0
  const whole = (leftOutAt?: number): CleanTable => ({
    bytes: joined(pieces, length),
    leftOut:
      leftOutAt === undefined ? undefined : { offset: leftOutAt, length: SNAPSHOT_FIXED_BYTES },
    tables,
  })
  for (let index = 0; index < Math.min(count, limits.snapshots); index++) {
    const at = offset + length
    const fixed = new Uint8Array(SNAPSHOT_FIXED_BYTES)
    reader.read(fixed, at, 'snapshot-table')
    const sizes = sizesOf(fixed)
    const isTooLong = sizes.extra > limits.snapshotExtraData
    const rest = isTooLong ? 0 : sizes.extra + sizes.id + sizes.name
    if (length + SNAPSHOT_FIXED_BYTES + rest > limits.snapshotTable) return whole(at)
    const entry = new Uint8Array(alignUp(SNAPSHOT_FIXED_BYTES + rest, 8))
    entry.set(fixed)
    reader.read(
      entry.subarray(SNAPSHOT_FIXED_BYTES, SNAPSHOT_FIXED_BYTES + rest),
      at + SNAPSHOT_FIXED_BYTES,
      'snapshot-table',
    )
    if (!isAllZero(entry) && impossibilities(entry, sizes, places) > 1) return whole(at)
    const table = l1Of(entry)
    if (isFollowed(table, places)) tables.push(table)
    cleanEntry(entry, sizes, { places, names })
    pieces.push(entry)
    length += entry.length
    // The check goes no further, either.
    if (isTooLong) break
  }
  return whole()
}

interface Sizes {
  readonly extra: number
  readonly id: number
  readonly name: number
}

function sizesOf(fixed: Uint8Array): Sizes {
  const view = viewOf(fixed)
  return { id: view.getUint16(12), name: view.getUint16(14), extra: view.getUint32(36) }
}

function impossibilities(entry: Uint8Array, sizes: Sizes, places: Places): number {
  const view = viewOf(entry)
  const { id, name } = namesIn(entry, sizes)
  const l1 = l1Of(entry)
  const { clusterSize } = places.subject
  const faults = [
    view.getUint32(4) % clusterSize !== 0 || !places.isInFile(l1.offset) || l1.offset === 0,
    l1.entries * 8 > limits.l1Table,
    view.getUint32(20) >= mostNanoseconds,
    sizes.extra > limits.snapshotExtraData || sizes.extra % 8 !== 0,
    sizes.id === 0 || sizes.id >= mostIdBytes || !isNameLike(id),
    sizes.name >= mostNameBytes || !isNameLike(name),
  ]
  return faults.filter(Boolean).length
}

function l1Of(entry: Uint8Array): TablePlace {
  const view = viewOf(entry)
  return { offset: view.getUint32(0) * 2 ** 32 + view.getUint32(4), entries: view.getUint32(8) }
}

/** As the check does: what is unaligned or too long is a finding, and goes no further. */
const isFollowed = ({ offset, entries }: TablePlace, places: Places): boolean =>
  places.isInFile(offset) &&
  offset % places.subject.clusterSize === 0 &&
  entries * 8 <= limits.l1Table

function cleanEntry(
  entry: Uint8Array,
  sizes: Sizes,
  { places, names }: { readonly places: Places; readonly names: NameKeeper },
): void {
  const view = viewOf(entry)
  if (!places.isInFile(l1Of(entry).offset)) {
    const inCluster = view.getUint32(4) % places.subject.clusterSize
    const to = places.pastEnd + (inCluster === 0 ? 0 : 8)
    view.setUint32(0, Math.floor(to / 2 ** 32))
    view.setUint32(4, to % 2 ** 32)
  }
  if (sizes.extra > limits.snapshotExtraData) {
    view.setUint32(36, limits.snapshotExtraData + 1)
    return
  }
  const extraEnd = SNAPSHOT_FIXED_BYTES + sizes.extra
  if (sizes.extra > knownExtraBytes) {
    entry.fill(0, SNAPSHOT_FIXED_BYTES + knownExtraBytes, extraEnd)
  }
  const { id, name } = namesIn(entry, sizes)
  if (!isNameLike(id)) id.fill(unknownLetter)
  name.set(isNameLike(name) ? names.snapshot(name) : name.slice().fill(unknownLetter))
}

const unknownLetter = 0x78

function namesIn(entry: Uint8Array, sizes: Sizes) {
  const idAt = SNAPSHOT_FIXED_BYTES + sizes.extra
  const nameAt = idAt + sizes.id
  return { id: entry.subarray(idAt, nameAt), name: entry.subarray(nameAt, nameAt + sizes.name) }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
