import { BinaryView, BinaryWriter } from '../base/binary.ts'
import { alignUp } from '../base/bits.ts'
import { crc32 } from '../base/crc32.ts'
import { decodeName, encodeName } from '../base/text.ts'
import { wordToNumber } from '../base/word64.ts'
import type { GuestBytes, GuestPiece } from '../guest/guest-bytes.ts'

/**
 * What a file that keeps a cut says of itself. The file is a qcow2 image with the old bytes in their old places,
 * so that any tool can read them out of it. Behind the end of the old disk, at the next multiple of 64 KiB,
 * follows the record, and in the image's last sector where that is:
 *
 *     record:  head (JSON, `KeptCutHead`), then the bytes of `left`, one after the other
 *     sector:  0 "PLTRKCUT"   8 version (4)   12 CRC-32 of the record (4)   16 guest byte of the record (8)
 *              24 bytes of the head (4)       28 bytes of the record (4)
 */
const MAGIC = 'PLTRKCUT'
const VERSION = 1
const SECTOR = 512
const ALIGNMENT = 65_536
/** A table has a thousand entries of 4 KiB at most, twice; the rest is little. */
const MAX_RECORD = 16 * 2 ** 20
const MAX_RANGES = 8

export interface GuestRange {
  readonly at: number
  readonly length: number
}

/** What moving GPT's copy overwrote below the new end; the old bytes are in the image, at their places. */
export interface KeptMove {
  readonly heads: readonly GuestRange[]
  readonly second: GuestRange
}

export interface CutRecord {
  readonly format: 'qcow2' | 'raw'
  /** Bytes of the disk before and after it was made smaller. */
  readonly before: number
  readonly after: number
  readonly moved: KeptMove | undefined
  /** A file system on the disk itself, by which the disk is known again; undefined where a table does that. */
  readonly wholeDisk: string | undefined
  /** The partition table as the smaller disk has it. */
  readonly left: readonly GuestPiece[]
}

interface KeptCutHead extends Omit<CutRecord, 'left'> {
  readonly left: readonly GuestRange[]
}

/** The record with its place, whole sectors, as the end of the image that keeps the cut. */
export function encodeRecord({ left, ...facts }: CutRecord): GuestPiece {
  const ranges = left.map(({ at, bytes }) => ({ at, length: bytes.length }))
  const head = encodeName(JSON.stringify({ ...facts, left: ranges }))
  const record = Buffer.concat([head, ...left.map(({ bytes }) => bytes)])
  const at = alignUp(facts.before, ALIGNMENT)
  const last = new BinaryWriter(SECTOR)
  last.put(0, encodeName(MAGIC))
  last.u32(8, VERSION)
  last.u32(12, crc32(record))
  last.u64(16, at)
  last.u32(24, head.length)
  last.u32(28, record.length)
  const bytes = new Uint8Array(alignUp(record.length, SECTOR) + SECTOR)
  bytes.set(record)
  bytes.set(last.bytes, bytes.length - SECTOR)
  return { at, bytes }
}

/** undefined for an image that has no such record, or one of a version to come. */
export async function readRecord(image: GuestBytes): Promise<CutRecord | undefined> {
  if (image.length < 2 * SECTOR) return undefined
  const bytes = new Uint8Array(SECTOR)
  await image.read(bytes, image.length - SECTOR)
  const last = new BinaryView(bytes, { structure: 'kept cut', offset: image.length - SECTOR })
  if (decodeName(last.bytes(0, MAGIC.length)) !== MAGIC || last.u32(8) !== VERSION) return undefined
  const at = wordToNumber(last.word(16))
  const headBytes = last.u32(24)
  const length = last.u32(28)
  if (headBytes > length || length > MAX_RECORD || at + length > image.length) return undefined
  const record = new Uint8Array(length)
  await image.read(record, at)
  if (crc32(record) !== last.u32(12)) return undefined
  return decodeHead(record.subarray(0, headBytes), record.subarray(headBytes), at)
}

function decodeHead(text: Uint8Array, bytes: Uint8Array, at: number): CutRecord | undefined {
  const head = parsed(text)
  if (head === undefined || head.before > at) return undefined
  const total = head.left.reduce((sum, { length }) => sum + length, 0)
  if (total !== bytes.length) return undefined
  let from = 0
  const left = head.left.map((range) => {
    const start = from
    from += range.length
    return { at: range.at, bytes: bytes.slice(start, from) }
  })
  return { ...head, left }
}

function parsed(text: Uint8Array): KeptCutHead | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(text))
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const { format, before, after, moved, wholeDisk, left } = value
  if (format !== 'qcow2' && format !== 'raw') return undefined
  if (!isOffset(before) || !isOffset(after) || after >= before) return undefined
  if (wholeDisk !== undefined && typeof wholeDisk !== 'string') return undefined
  if (moved !== undefined && !isMove(moved, after)) return undefined
  if (!areRanges(left, after)) return undefined
  return { format, before, after, moved, wholeDisk, left }
}

const isMove = (value: unknown, end: number): value is KeptMove =>
  isObject(value) && areRanges(value['heads'], end) && areRanges([value['second']], end)

const areRanges = (value: unknown, end: number): value is GuestRange[] =>
  Array.isArray(value) && value.length <= MAX_RANGES && value.every((range) => isRange(range, end))

const isRange = (value: unknown, end: number): boolean =>
  isObject(value) &&
  isOffset(value['at']) &&
  isOffset(value['length']) &&
  value['length'] <= MAX_RECORD &&
  value['at'] + value['length'] <= end

const isOffset = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
