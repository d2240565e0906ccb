import { crc32 } from 'node:zlib'
import { SECTOR } from '../model/guest-model.ts'

export interface GptPart {
  readonly first: number
  readonly last: number
}

export interface GptDiskOptions {
  /** Of the whole disk. */
  readonly sectors: number
  readonly parts: readonly GptPart[]
  /** Default 16: four sectors of 512 bytes, so that a small disk has room for two copies. */
  readonly entries?: number
  readonly sectorSize?: 512 | 4096
}

const ENTRY = 128

/** 0FC63DAF-8483-4772-8E79-3D69D8477DE4, in the order of the disk. */
const linuxFileSystem = Buffer.from('af3dc60f838472478e793d69d8477de4', 'hex')

/** The content of a disk with a GPT as UEFI describes it: protective MBR, both copies, nothing else. */
export function gptDisk({
  sectors,
  parts,
  entries = 16,
  sectorSize = SECTOR,
}: GptDiskOptions): Uint8Array<ArrayBuffer> {
  const disk = new Uint8Array(sectors * sectorSize)
  const table = entryBytes(parts, entries)
  const tableSectors = Math.ceil(table.length / sectorSize)
  const last = sectors - 1
  const facts = {
    table,
    entries,
    firstUsable: 2 + tableSectors,
    lastUsable: last - tableSectors - 1,
  }
  disk.set(protectiveMbr(sectors))
  disk.set(headerBytes({ ...facts, own: 1, other: last, entriesAt: 2 }), sectorSize)
  disk.set(table, 2 * sectorSize)
  disk.set(table, (last - tableSectors) * sectorSize)
  const second = headerBytes({ ...facts, own: last, other: 1, entriesAt: last - tableSectors })
  disk.set(second, last * sectorSize)
  return disk
}

function entryBytes(parts: readonly GptPart[], entries: number): Uint8Array {
  const table = new Uint8Array(entries * ENTRY)
  const words = new DataView(table.buffer)
  for (const [index, { first, last }] of parts.entries()) {
    const at = index * ENTRY
    table.set(linuxFileSystem, at)
    table.fill(0x11 + index, at + 16, at + 32)
    words.setBigUint64(at + 32, BigInt(first), true)
    words.setBigUint64(at + 40, BigInt(last), true)
  }
  return table
}

interface HeaderFacts {
  readonly table: Uint8Array
  readonly entries: number
  readonly firstUsable: number
  readonly lastUsable: number
  readonly own: number
  readonly other: number
  readonly entriesAt: number
}

function headerBytes(facts: HeaderFacts): Uint8Array {
  const header = new Uint8Array(92)
  const words = new DataView(header.buffer)
  header.set(new TextEncoder().encode('EFI PART'))
  words.setUint32(8, 0x1_0000, true)
  words.setUint32(12, header.length, true)
  words.setBigUint64(24, BigInt(facts.own), true)
  words.setBigUint64(32, BigInt(facts.other), true)
  words.setBigUint64(40, BigInt(facts.firstUsable), true)
  words.setBigUint64(48, BigInt(facts.lastUsable), true)
  header.fill(0x5a, 56, 72)
  words.setBigUint64(72, BigInt(facts.entriesAt), true)
  words.setUint32(80, facts.entries, true)
  words.setUint32(84, ENTRY, true)
  words.setUint32(88, crc32(facts.table), true)
  words.setUint32(16, crc32(header), true)
  return header
}

function protectiveMbr(sectors: number): Uint8Array {
  const sector = new Uint8Array(SECTOR)
  const words = new DataView(sector.buffer)
  sector[446 + 4] = 0xee
  words.setUint32(446 + 8, 1, true)
  words.setUint32(446 + 12, sectors - 1, true)
  words.setUint16(510, 0x55aa)
  return sector
}

/** What a guest that boots finds: undefined when both copies are sound, or the first one alone where that is enough. */
export function gptProblem(
  disk: Uint8Array<ArrayBuffer>,
  { second }: { readonly second: boolean },
): string | undefined {
  const first = copyProblem(disk, 1)
  if (first !== undefined) return `the first copy: ${first}`
  const other = Number(wordsOf(disk, 1).getBigUint64(32, true))
  const problem = second ? copyProblem(disk, other) : undefined
  return problem && `the second copy, in sector ${other}: ${problem}`
}

function copyProblem(disk: Uint8Array<ArrayBuffer>, sector: number): string | undefined {
  if ((sector + 1) * SECTOR > disk.length) return 'past the end of the disk'
  const words = wordsOf(disk, sector)
  const header = disk.slice(sector * SECTOR, sector * SECTOR + 92)
  if (new TextDecoder().decode(header.subarray(0, 8)) !== 'EFI PART') return 'no header'
  header.fill(0, 16, 20)
  if (crc32(header) !== words.getUint32(16, true)) return 'the checksum of the header is wrong'
  if (Number(words.getBigUint64(24, true)) !== sector) return 'it belongs to another sector'
  const at = Number(words.getBigUint64(72, true)) * SECTOR
  const table = disk.subarray(at, at + words.getUint32(80, true) * words.getUint32(84, true))
  return crc32(table) === words.getUint32(88, true) ? undefined : 'the entries are others'
}

const wordsOf = (disk: Uint8Array<ArrayBuffer>, sector: number): DataView =>
  new DataView(disk.buffer, disk.byteOffset + sector * SECTOR, SECTOR)
