import { ceilDiv } from '../base/bits.ts'
import { crc32 } from '../base/crc32.ts'
import { isAllZero } from '../base/zeroes.ts'
import { wordFromNumber } from '../base/word64.ts'
import { ImageError } from '../errors/image-error.ts'
import { fileSystemEnd, type DiskStructure } from './disk-layout.ts'
import { gptField, gptHeaderCrc, readGptCopy, type GptCopy } from './gpt-copy.ts'
import type { GuestBytes, GuestPiece } from './guest-bytes.ts'
import { protectiveSector } from './mbr.ts'

/** A sector of 512 bytes is on the disk whole or not at all, whatever the guest takes for a sector. */
const ATOMIC = 512

/** What moving the second copy of a GPT to another end of the disk writes. Positions are guest bytes. */
export interface GptMove {
  /** The new second copy: entries, then header, up to the new end. */
  readonly second: GuestPiece
  readonly headerAt: number
  /** The part of the first header that tells of it; one atomic sector. */
  readonly first: GuestPiece
  /** Sector 0, when it says how long the disk is and no longer would be right. */
  readonly protective: GuestPiece | undefined
  /** The place of the sound second copy there is now. */
  readonly oldSecond: { readonly start: number; readonly end: number } | undefined
  /** Both copies are that already. */
  readonly isDone: boolean
}

/**
 * What it takes to have the second copy of a GPT at the end of a disk of `size` bytes, as GPT's tools put it
 * there: the last usable sector moves with it. The disk may be longer or shorter now. Throws `gpt-missing`,
 * `gpt-faulty`, `gpt-partition-past-end`, and `gpt-no-room` where the file system of a partition would be
 * overwritten.
 */
export async function planGptMove(
  disk: GuestBytes,
  structure: DiskStructure,
  size: number,
): Promise<GptMove> {
  const { table } = structure
  if (table?.kind !== 'gpt') throw new ImageError('gpt-missing')
  if (table.fault !== undefined) throw new ImageError('gpt-faulty', { found: table.fault })
  const { sectorSize } = table
  const first = await readGptCopy(disk, sectorSize, 1)
  if (first?.fault !== undefined || first?.entries === undefined) {
    throw new ImageError('gpt-faulty', { found: first?.fault ?? 'its first copy is gone' })
  }
  const { entries } = first
  const last = Math.floor(size / sectorSize) - 1
  const entriesSector = last - ceilDiv(entries.length, sectorSize)
  mustFit(structure, first, entriesSector)

  const header = first.header.slice()
  const words = new DataView(header.buffer)
  setWord(words, gptField.otherSector, last)
  setWord(words, gptField.lastUsable, entriesSector - 1)
  seal(words, first)
  const copy = header.slice()
  const copyWords = new DataView(copy.buffer)
  setWord(copyWords, gptField.ownSector, last)
  setWord(copyWords, gptField.otherSector, 1)
  setWord(copyWords, gptField.entriesSector, entriesSector)
  seal(copyWords, first)

  const second = new Uint8Array((last + 1 - entriesSector) * sectorSize)
  second.set(entries)
  second.set(copy, second.length - sectorSize)
  const headerAt = last * sectorSize
  const isUpToDate = first.otherSector === last && first.lastUsable === entriesSector - 1
  const protective = await protectiveSector(disk, Math.floor(size / sectorSize))
  return {
    second: { at: entriesSector * sectorSize, bytes: second },
    headerAt,
    first: { at: sectorSize, bytes: header.subarray(0, ATOMIC) },
    protective,
    oldSecond: await placeOfSecond(disk, first),
    isDone: isUpToDate && table.backupHeaderAt === headerAt && protective === undefined,
  }
}

function mustFit(
  { partitions, table }: DiskStructure,
  first: GptCopy,
  entriesSector: number,
): void {
  const limit = entriesSector * first.sectorSize
  const lastFirst = partitions.toSorted((one, other) => other.end - one.end)
  for (const partition of lastFirst) {
    const { number, end } = partition
    if (end > limit) {
      const expected = end + (table?.reservedAtEnd ?? 0)
      const facts = { id: String(number), found: end, limit: Math.max(limit, 0), expected }
      throw new ImageError('gpt-partition-past-end', facts)
    }
    const filled = fileSystemEnd(partition)
    if (filled > limit) {
      const found = `the file system of partition ${number}, which ends at byte ${filled}`
      throw new ImageError('gpt-no-room', { limit, found })
    }
  }
  const firstEntriesEnd =
    first.entriesSector + ceilDiv(first.entries?.length ?? 0, first.sectorSize)
  if (entriesSector > first.firstUsable && entriesSector > firstEntriesEnd) return
  throw new ImageError('gpt-no-room', {
    limit: Math.max(limit, 0),
    found: 'the first copy of the table',
  })
}

async function placeOfSecond(disk: GuestBytes, first: GptCopy): Promise<GptMove['oldSecond']> {
  const { sectorSize } = first
  const second = await readGptCopy(disk, sectorSize, first.otherSector)
  if (second?.fault !== undefined || second?.entries === undefined) return undefined
  const start = second.entriesSector * sectorSize
  const end = (second.headerSector + 1) * sectorSize
  // Where they do not lie together, the header's sector is all that is surely nobody else's.
  const entriesEnd = second.entriesSector + ceilDiv(second.entries.length, sectorSize)
  return entriesEnd === second.headerSector ? { start, end } : { start: end - sectorSize, end }
}

function setWord(words: DataView, at: number, value: number): void {
  const { high, low } = wordFromNumber(value)
  words.setUint32(at, low, true)
  words.setUint32(at + 4, high, true)
}

/** With the checksums of what it says now. */
function seal(words: DataView, { headerBytes, entries = new Uint8Array() }: GptCopy): void {
  words.setUint32(gptField.entriesCrc, crc32(entries), true)
  const header = new Uint8Array(words.buffer)
  words.setUint32(gptField.headerCrc, gptHeaderCrc(header, headerBytes), true)
}

/**
 * Bytes of sectors where the new second copy goes that hold something else: neither zeroes, nor the old second
 * copy, nor what is to be written there (by an attempt that was cut short), nor a second copy that an earlier
 * move left behind.
 */
export async function foreignBytes(
  disk: GuestBytes,
  { second, oldSecond, first, headerAt }: GptMove,
): Promise<number> {
  // The first header is in sector 1.
  const sectorSize = first.at === 512 ? 512 : 4096
  const stale = await readGptCopy(disk, sectorSize, headerAt / sectorSize)
  const isStale = stale?.fault === undefined && stale?.entriesSector === second.at / sectorSize
  if (isStale) return 0
  const length = Math.max(Math.min(second.bytes.length, disk.length - second.at), 0)
  const found = new Uint8Array(length)
  if (length > 0) await disk.read(found, second.at)
  let foreign = 0
  for (let at = 0; at < length; at += ATOMIC) {
    const sector = found.subarray(at, at + ATOMIC)
    const place = second.at + at
    const isOld = oldSecond !== undefined && place >= oldSecond.start && place < oldSecond.end
    const isOurs = sector.every((byte, index) => byte === second.bytes[at + index])
    if (!isOld && !isOurs && !isAllZero(sector)) foreign += sector.length
  }
  return foreign
}
