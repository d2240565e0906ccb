import { BinaryView } from '../base/binary.ts'
import { ceilDiv } from '../base/bits.ts'
import { crc32 } from '../base/crc32.ts'
import { isZeroWord, wordToNumber } from '../base/word64.ts'
import type { Partition, PartitionSource, PartitionTable } from './partition-table.ts'

/** `EFI PART`, big-endian halves of what stands in the file. */
const SIGNATURE = { high: 0x4546_4920, low: 0x5041_5254 } as const

/** UEFI specification, "GPT Header". Every number is little-endian. */
const HEADER_BYTES = 92
/** Tools write 128 entries; some systems a few hundred. More is not read. */
const MAX_ENTRIES = 1024
const MIN_ENTRY_BYTES = 128
const MAX_ENTRY_BYTES = 4096

interface GptHeader {
  readonly entriesAt: number
  readonly entries: number
  readonly entryBytes: number
  readonly entriesCrc: number
  readonly fault: string | undefined
}

/**
 * The GUID partition table whose primary header is in sector 1; undefined when there is none. A table
 * with a wrong checksum is read all the same and called damaged: for whoever cuts a disk, a partition that
 * may be there counts.
 */
export async function readGpt(
  source: PartitionSource,
  sectorSize: 512 | 4096,
): Promise<PartitionTable | undefined> {
  if (source.length < 2 * sectorSize) return undefined
  const sector = new Uint8Array(sectorSize)
  await source.read(sector, sectorSize)
  const header = decodeHeader(sector)
  if (header === undefined) return undefined
  const { entries, entryBytes } = header
  const bytes = new Uint8Array(entries * entryBytes)
  const at = header.entriesAt * sectorSize
  if (at + bytes.length > source.length) {
    return tableOf([], { sectorSize, bytes: 0, fault: 'its entries lie past the end of the disk' })
  }
  await source.read(bytes, at)
  const intact = crc32(bytes) === header.entriesCrc
  const fault = header.fault ?? (intact ? undefined : 'the checksum of its entries is wrong')
  const partitions = decodeEntries(bytes, entryBytes, sectorSize)
  return tableOf(partitions, { sectorSize, bytes: bytes.length, fault })
}

function decodeHeader(sector: Uint8Array): GptHeader | undefined {
  const view = new BinaryView(sector, { structure: 'GPT header', offset: 0 })
  const { high, low } = view.word(0)
  if (high !== SIGNATURE.high || low !== SIGNATURE.low) return undefined
  const data = littleEndian(sector)
  const headerBytes = data.getUint32(12, true)
  const entryBytes = data.getUint32(84, true)
  const entries = data.getUint32(80, true)
  const entriesAt = wordAt(data, 72)
  const sane =
    headerBytes >= HEADER_BYTES &&
    headerBytes <= sector.length &&
    entryBytes >= MIN_ENTRY_BYTES &&
    entryBytes <= MAX_ENTRY_BYTES &&
    entryBytes % 8 === 0
  if (!sane) return undefined
  const checked = sector.slice(0, headerBytes)
  checked.fill(0, 16, 20)
  const intact = crc32(checked) === data.getUint32(16, true)
  return {
    entriesAt,
    entries: Math.min(entries, MAX_ENTRIES),
    entryBytes,
    entriesCrc: data.getUint32(88, true),
    fault: intact ? faultOf(entries) : 'the checksum of its header is wrong',
  }
}

const faultOf = (entries: number) =>
  entries > MAX_ENTRIES ? `it has ${entries} entries, and ${MAX_ENTRIES} were read` : undefined

function decodeEntries(bytes: Uint8Array, entryBytes: number, sectorSize: number): Partition[] {
  const view = new BinaryView(bytes, { structure: 'GPT entries', offset: 0 })
  const data = littleEndian(bytes)
  const partitions: Partition[] = []
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const isUnused = isZeroWord(view.word(at)) && isZeroWord(view.word(at + 8))
    const first = wordAt(data, at + 32)
    const last = wordAt(data, at + 40)
    const end = (last + 1) * sectorSize
    if (isUnused || first > last || end > Number.MAX_SAFE_INTEGER) continue
    partitions.push({ number: at / entryBytes + 1, start: first * sectorSize, end })
  }
  return partitions
}

function tableOf(
  partitions: readonly Partition[],
  facts: {
    readonly sectorSize: 512 | 4096
    readonly bytes: number
    readonly fault: string | undefined
  },
): PartitionTable {
  const { sectorSize, bytes, fault } = facts
  return {
    kind: 'gpt',
    sectorSize,
    partitions,
    end: partitions.reduce((end, partition) => Math.max(end, partition.end), 0),
    // The copy: the entries again, then the header in the disk's last sector.
    reservedAtEnd: (ceilDiv(bytes, sectorSize) + 1) * sectorSize,
    fault,
  }
}

const littleEndian = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Rounded past 2^53: no disk reaches that far, and the comparisons that follow refuse it. */
const wordAt = (data: DataView, at: number): number =>
  wordToNumber({ high: data.getUint32(at + 4, true), low: data.getUint32(at, true) })
