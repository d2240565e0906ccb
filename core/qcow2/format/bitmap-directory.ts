import { alignUp, ceilDiv, isAligned, pow2 } from '../../base/bits.ts'
import { BinaryView, BinaryWriter } from '../../base/binary.ts'
import { decodeName } from '../../base/text.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import { limits } from './constants.ts'
import type { Geometry } from './geometry.ts'
import { entryOffset } from './l1-entry.ts'

/**
 * One entry of the bitmap directory (qcow2 specification, "Bitmap directory"):
 *
 *      0 table offset (8)   8 table entries   12 flags   16 type (1)   17 granularity bits (1)
 *     18 name bytes (2)    20 extra bytes     24 extra, name, padding to a multiple of 8
 */
export interface BitmapEntry {
  readonly tableOffset: number
  /** Entries of the bitmap's table, one a cluster of bits. */
  readonly tableSize: number
  readonly flags: number
  readonly type: number
  /** One bit stands for 2^granularityBits guest bytes. */
  readonly granularityBits: number
  readonly extraData: Uint8Array
  readonly rawName: Uint8Array
  readonly name: string
}

export const bitmapFlags = { inUse: 1, auto: 2 } as const

const FIXED_BYTES = 24

/**
 * The entries of a directory at host `offset`, whose bytes are exactly `bytes`. Throws
 * `structure-damaged` when they do not fill it exactly `count` times.
 */
export function decodeBitmapDirectory(
  bytes: Uint8Array,
  { offset, count }: { readonly offset: number; readonly count: number },
): BitmapEntry[] {
  const view = new BinaryView(bytes, { structure: 'bitmap directory', offset })
  const entries: BitmapEntry[] = []
  let at = 0
  while (at < bytes.length) {
    if (entries.length === count) throw damaged(offset + at, 'more entries', `${count}`)
    const extraBytes = view.u32(at + 20)
    const nameAt = at + FIXED_BYTES + extraBytes
    const rawName = view.bytes(nameAt, view.u16(at + 18))
    entries.push({
      tableOffset: view.u64(at, 'bitmap_table_offset'),
      tableSize: view.u32(at + 8),
      flags: view.u32(at + 12),
      type: view.u8(at + 16),
      granularityBits: view.u8(at + 17),
      extraData: view.bytes(at + FIXED_BYTES, extraBytes),
      rawName,
      name: decodeName(rawName),
    })
    const next = at + alignUp(FIXED_BYTES + extraBytes + rawName.length, 8)
    if (next > bytes.length) throw damaged(offset + at, 'an entry that leaves it', 'whole entries')
    at = next
  }
  if (entries.length < count) throw damaged(offset, `${entries.length} entries`, `${count}`)
  return entries
}

export function encodeBitmapDirectory(entries: readonly BitmapEntry[]): Uint8Array {
  const sizeOf = ({ extraData, rawName }: BitmapEntry) =>
    alignUp(FIXED_BYTES + extraData.length + rawName.length, 8)
  const writer = new BinaryWriter(entries.reduce((sum, entry) => sum + sizeOf(entry), 0))
  let at = 0
  for (const entry of entries) {
    writer.u64(at, entry.tableOffset)
    writer.u32(at + 8, entry.tableSize)
    writer.u32(at + 12, entry.flags)
    writer.u8(at + 16, entry.type)
    writer.u8(at + 17, entry.granularityBits)
    writer.u16(at + 18, entry.rawName.length)
    writer.u32(at + 20, entry.extraData.length)
    writer.put(at + FIXED_BYTES, entry.extraData)
    writer.put(at + FIXED_BYTES + entry.extraData.length, entry.rawName)
    at += sizeOf(entry)
  }
  return writer.bytes
}

/** What is wrong with an entry by QEMU's rules (block/qcow2-bitmap.c, check_dir_entry), or undefined. */
export function bitmapFault(entry: BitmapEntry, geometry: Geometry): string | undefined {
  const { tableOffset, tableSize, granularityBits } = entry
  if (tableOffset === 0) return 'its table is at offset 0'
  if (!isAligned(tableOffset, geometry.clusterSize)) return 'its table is not aligned to a cluster'
  if (tableSize === 0) return 'its table has no entries'
  if (tableSize > limits.bitmapTableEntries) return `its table has ${tableSize} entries`
  if (granularityBits < 9 || granularityBits > 31) return `its granularity is 2^${granularityBits}`
  if (entry.flags > (bitmapFlags.inUse | bitmapFlags.auto)) return 'it has unknown flags'
  if (entry.type !== 1) return `its type is ${entry.type}`
  if (entry.rawName.length > limits.bitmapName) return `its name has ${entry.rawName.length} bytes`
  if (entry.extraData.length > 0) return 'it has extra data'
  const payload = tableSize * geometry.clusterSize
  if (payload > limits.bitmapPayload) return `it stands for ${payload} bytes of bits`
  // A bitmap that was in use when its writer stopped may have any size: it is not believed anyway.
  const inUse = entry.flags % 2 === bitmapFlags.inUse
  const bitsNeeded = ceilDiv(geometry.virtualSize, pow2(granularityBits))
  if (!inUse && payload * 8 < bitsNeeded) return 'it is too short for the disk'
  return undefined
}

/** A bitmap table entry: a cluster of bits at `offset`, or (offset 0) all zeroes or all ones. */
export interface BitmapTableEntry {
  readonly offset: number
  readonly allOnes: boolean
  /** Reserved bits are set, or the all-ones flag stands beside an offset. */
  readonly invalid: boolean
}

export function decodeBitmapTableEntry(high: number, low: number): BitmapTableEntry {
  const offset = entryOffset(high, low)
  const allOnes = (low & 1) === 1
  const reserved = (high & 0xff00_0000) !== 0 || (low & 0x1fe) !== 0
  return { offset, allOnes, invalid: reserved || (allOnes && offset !== 0) }
}

export const encodeBitmapTableEntry = (entry: { offset: number; allOnes: boolean }) => ({
  high: Math.floor(entry.offset / HIGH_UNIT),
  low: ((entry.offset % HIGH_UNIT) | (entry.allOnes ? 1 : 0)) >>> 0,
})

const damaged = (offset: number, found: string, expected: string) =>
  new ImageError('structure-damaged', { structure: 'bitmap directory', offset, found, expected })
