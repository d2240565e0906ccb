import { alignUp } from '../../base/bits.ts'
import { limits } from '../format/constants.ts'
import type { BitmapsLocation, MetadataReader } from '../check/subject.ts'
import type { CleanTable, TablePlace } from './clean-snapshot-table.ts'
import { isNameLike } from './name-like.ts'
import type { NameKeeper } from './names.ts'
import type { Places } from './places.ts'

const fixedBytes = 24
const reservedFlags = 0xffff_fffc
const knownFlags = 3
/** The reserved flag that stands for any. */
const reservedStandIn = 4
const dirtyTrackingType = 1
const granularity = { least: 9, most: 31 } as const

/**
 * The bitmap directory, entry by entry as the snapshot table is cleaned: an entry of which more than one thing
 * is impossible is none, and ends it. Reads the directory whole, 64 MiB at most, as the check does.
 */
export function cleanBitmapDirectory(
  reader: MetadataReader,
  { directoryOffset, directorySize }: BitmapsLocation,
  { places, names }: { readonly places: Places; readonly names: NameKeeper },
): CleanTable {
  const tables: TablePlace[] = []
  const inFile = Math.max(0, Math.min(directorySize, places.subject.fileLength - directoryOffset))
  const bytes = new Uint8Array(directorySize > limits.bitmapDirectory ? 0 : inFile)
  reader.read(bytes, directoryOffset, 'bitmap')
  const view = new DataView(bytes.buffer)
  const cut = (at: number): CleanTable => ({
    bytes: bytes.subarray(0, at),
    leftOut: { offset: directoryOffset + at, length: bytes.length - at },
    tables,
  })
  for (let at = 0; at < bytes.length;) {
    // The check says of such an end that it is one, whatever it holds.
    if (at + fixedBytes > bytes.length) return cut(at)
    const extraBytes = view.getUint32(at + 20)
    const nameBytes = view.getUint16(at + 18)
    const next = at + alignUp(fixedBytes + extraBytes + nameBytes, 8)
    if (next > bytes.length || impossibilities(view, bytes, at, places) > 1) {
      return cut(at)
    }
    cleanEntry(view, bytes, at, { places, names })
    const offset = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
    const entries = view.getUint32(at + 8)
    if (places.isInFile(offset) && entries <= limits.bitmapTableEntries)
      tables.push({ offset, entries })
    at = next
  }
  return { bytes, leftOut: undefined, tables }
}

function impossibilities(view: DataView, bytes: Uint8Array, at: number, places: Places): number {
  const { clusterSize } = places.subject
  const offset = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
  const entries = view.getUint32(at + 8)
  const bits = view.getUint8(at + 17)
  const faults = [
    view.getUint32(at + 4) % clusterSize !== 0 || !places.isInFile(offset),
    entries === 0 || entries > limits.bitmapTableEntries,
    (view.getUint32(at + 12) & reservedFlags) !== 0,
    view.getUint8(at + 16) !== dirtyTrackingType,
    bits < granularity.least || bits > granularity.most,
    view.getUint32(at + 20) !== 0,
    view.getUint16(at + 18) > limits.bitmapName || !isNameLike(nameIn(view, bytes, at)),
  ]
  return faults.filter(Boolean).length
}

function cleanEntry(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  { places, names }: { readonly places: Places; readonly names: NameKeeper },
): void {
  const offset = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
  if (!places.isInFile(offset)) {
    const inCluster = view.getUint32(at + 4) % places.subject.clusterSize
    const to = places.pastEnd + (inCluster === 0 ? 0 : 8)
    view.setUint32(at, Math.floor(to / 2 ** 32))
    view.setUint32(at + 4, to % 2 ** 32)
  }
  const flags = view.getUint32(at + 12)
  const reserved = (flags & reservedFlags) === 0 ? 0 : reservedStandIn
  view.setUint32(at + 12, (flags & knownFlags) | reserved)
  const extraAt = at + fixedBytes
  const extraEnd = extraAt + view.getUint32(at + 20)
  bytes.fill(0, extraAt, extraEnd)
  const name = nameIn(view, bytes, at)
  name.set(isNameLike(name) ? names.bitmap(name.slice()) : name.slice().fill(unknownLetter))
  const end = extraEnd + name.length
  bytes.fill(0, end, at + alignUp(end - at, 8))
}

const unknownLetter = 0x78

function nameIn(view: DataView, bytes: Uint8Array, at: number): Uint8Array {
  const nameAt = at + fixedBytes + view.getUint32(at + 20)
  return bytes.subarray(nameAt, nameAt + view.getUint16(at + 18))
}
