import type { GuestBytes, GuestPiece } from './guest-bytes.ts'
import type { Partition, PartitionTable } from './partition-table.ts'
import { mbrTypeName } from './partition-types.ts'

/**
 * An MBR does not say what it counts in. QEMU's disks have sectors of 512 bytes unless somebody asks for
 * others, and such disks carry a GPT.
 */
const SECTOR = 512
const TABLE_AT = 446
const ENTRY_BYTES = 16
/** An entry has 32 bits for them; what a larger disk has more cannot be said. */
const ALL_SECTORS = 0xffff_ffff
const PRIMARY_ENTRIES = 4
/** Linux numbers logical partitions from here. */
const FIRST_LOGICAL = 5
/** Links of the chain of logical partitions; a chain that goes on is called damaged. */
const MAX_LOGICAL = 256

interface MbrEntry {
  readonly status: number
  readonly type: number
  /** Sectors, relative to where the entry's kind says. */
  readonly start: number
  readonly sectors: number
}

/** Extended partitions hold a chain of tables: DOS, Windows and Linux each have a type for them. */
const isExtended = ({ type }: MbrEntry): boolean => [0x05, 0x0f, 0x85].includes(type)

/** Covers a disk whose real table is a GPT, so that old tools take it for full. */
const isProtective = ({ type }: MbrEntry): boolean => type === 0xee

/**
 * The partition table in sector 0, with the logical partitions of its extended one; undefined when there
 * is none. Boot sectors of file systems carry the same signature: entries that no partitioning tool
 * would write say that it is one of those.
 */
export async function readMbr(disk: GuestBytes): Promise<PartitionTable | undefined> {
  if (disk.length < SECTOR) return undefined
  const entries = await readSector(disk, 0)
  if (entries === undefined || !entries.every(isPlausible)) return undefined
  if (entries.every(isEmpty)) return undefined

  const partitions = entries.flatMap((entry, index) =>
    isEmpty(entry) || isProtective(entry) ? [] : [partitionAt(index + 1, entry, 0)],
  )
  let fault = entries.some(isProtective)
    ? 'the GUID partition table it stands for is gone'
    : undefined
  const extended = entries.find((entry) => !isEmpty(entry) && isExtended(entry))
  if (extended !== undefined) {
    fault ??= await readLogical(disk, extended, partitions)
  }
  return {
    kind: 'mbr',
    sectorSize: SECTOR,
    partitions,
    reservedAtEnd: 0,
    backupHeaderAt: undefined,
    fault,
  }
}

/** Whether sector 0 says that a GPT describes the disk. */
export async function hasProtectiveEntry(disk: GuestBytes): Promise<boolean> {
  if (disk.length < SECTOR) return false
  const entries = await readSector(disk, 0)
  return entries?.some(isProtective) === true
}

/**
 * Sector 0 of a disk whose table is a GPT, with the number of sectors it protects put right; undefined when it is
 * right already, when it says "all there are" (which stays true), or when it describes partitions besides.
 */
export async function protectiveSector(
  disk: GuestBytes,
  sectors: number,
): Promise<GuestPiece | undefined> {
  const entries = await readSector(disk, 0)
  const used = entries?.filter((entry) => !isEmpty(entry)) ?? []
  const [entry] = used
  const isProtectiveAlone = used.length === 1 && entry !== undefined && isProtective(entry)
  if (entries === undefined || !isProtectiveAlone || entry.start !== 1) return undefined
  const covered = Math.min(sectors - 1, ALL_SECTORS)
  if (entry.sectors === covered || entry.sectors === ALL_SECTORS) return undefined
  const bytes = new Uint8Array(SECTOR)
  await disk.read(bytes, 0)
  const at = TABLE_AT + entries.indexOf(entry) * ENTRY_BYTES
  new DataView(bytes.buffer).setUint32(at + 12, covered, true)
  return { at: 0, bytes }
}

/**
 * Adds the logical partitions: a chain of sectors, each with one partition (relative to that sector) and
 * the next link (relative to the extended partition). Gives what is wrong with the chain.
 */
async function readLogical(
  disk: GuestBytes,
  extended: MbrEntry,
  partitions: Partition[],
): Promise<string | undefined> {
  const seen = new Set<number>()
  let sector = extended.start
  for (let number = FIRST_LOGICAL; number < FIRST_LOGICAL + MAX_LOGICAL; number++) {
    if (seen.has(sector)) return 'its chain of logical partitions comes back to itself'
    seen.add(sector)
    const at = sector * SECTOR
    if (at + SECTOR > disk.length) {
      return 'its chain of logical partitions leaves the disk'
    }
    const entries = await readSector(disk, at)
    if (entries === undefined) return 'its chain of logical partitions breaks off'
    const logical = entries.find((entry) => !isEmpty(entry) && !isExtended(entry))
    const next = entries.find((entry) => !isEmpty(entry) && isExtended(entry))
    if (logical !== undefined) {
      partitions.push(partitionAt(number, logical, sector))
    }
    if (next === undefined) return undefined
    sector = extended.start + next.start
  }
  return `it has more than ${MAX_LOGICAL} logical partitions`
}

/** The four entries of a sector that carries the signature of a table. */
async function readSector(disk: GuestBytes, at: number): Promise<MbrEntry[] | undefined> {
  const bytes = new Uint8Array(SECTOR)
  await disk.read(bytes, at)
  const view = new DataView(bytes.buffer)
  if (view.getUint16(SECTOR - 2) !== 0x55aa) return undefined
  return Array.from({ length: PRIMARY_ENTRIES }, (_, index) => {
    const entry = TABLE_AT + index * ENTRY_BYTES
    return {
      status: view.getUint8(entry),
      type: view.getUint8(entry + 4),
      start: view.getUint32(entry + 8, true),
      sectors: view.getUint32(entry + 12, true),
    }
  })
}

const isEmpty = ({ type, sectors }: MbrEntry): boolean => type === 0 || sectors === 0

/** Bit 7 of the status says "boot from here"; no tool sets another one, and sector 0 is the table itself. */
const isPlausible = (entry: MbrEntry): boolean =>
  (entry.status === 0 || entry.status === 0x80) && (isEmpty(entry) || entry.start > 0)

/** `base`: the sector that the entry counts from. */
const partitionAt = (number: number, entry: MbrEntry, base: number): Partition => ({
  number,
  start: (base + entry.start) * SECTOR,
  end: (base + entry.start + entry.sectors) * SECTOR,
  typeName: mbrTypeName(entry.type),
  name: undefined,
  isContainer: isExtended(entry),
})
