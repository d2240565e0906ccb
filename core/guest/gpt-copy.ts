import { crc32 } from '../base/crc32.ts'
import type { GuestBytes } from './guest-bytes.ts'
import { LittleEndianView } from './little-endian.ts'

/** `EFI PART` (UEFI specification, "GPT Header"). */
const SIGNATURE = { low: 0x2049_4645, high: 0x5452_4150 } as const

const HEADER_BYTES = 92
/** Tools write 128 entries; some systems a few hundred. More is not read. */
const MAX_ENTRIES = 1024
const MIN_ENTRY_BYTES = 128
const MAX_ENTRY_BYTES = 4096

/** Where the fields stand in a header. Every number is little-endian. */
export const gptField = {
  headerBytes: 12,
  headerCrc: 16,
  ownSector: 24,
  otherSector: 32,
  firstUsable: 40,
  lastUsable: 48,
  entriesSector: 72,
  entries: 80,
  entryBytes: 84,
  entriesCrc: 88,
} as const

/** One of the two copies of a GPT: a header and the entries it points to. Sectors, unless told otherwise. */
export interface GptCopy {
  readonly sectorSize: 512 | 4096
  readonly headerSector: number
  /** The whole sector that the header is in. */
  readonly header: Uint8Array
  readonly headerBytes: number
  readonly otherSector: number
  readonly firstUsable: number
  readonly lastUsable: number
  readonly entriesSector: number
  readonly entryBytes: number
  /** Bytes of all entries that were read; undefined where the disk ends before they do. */
  readonly entries: Uint8Array | undefined
  /** What is wrong with it, for people; undefined when nothing is. */
  readonly fault: string | undefined
}

/**
 * The copy whose header is in a sector; undefined when no header is there. One with a wrong checksum is read
 * all the same and called faulty: for whoever cuts a disk, a partition that may be there counts.
 */
export async function readGptCopy(
  disk: GuestBytes,
  sectorSize: 512 | 4096,
  headerSector: number,
): Promise<GptCopy | undefined> {
  if ((headerSector + 1) * sectorSize > disk.length) return undefined
  const header = new Uint8Array(sectorSize)
  await disk.read(header, headerSector * sectorSize)
  const view = new LittleEndianView(header)
  const { high, low } = view.word(0)
  if (high !== SIGNATURE.high || low !== SIGNATURE.low) return undefined
  const headerBytes = view.u32(gptField.headerBytes)
  const entryBytes = view.u32(gptField.entryBytes)
  const isSane =
    headerBytes >= HEADER_BYTES &&
    headerBytes <= sectorSize &&
    entryBytes >= MIN_ENTRY_BYTES &&
    entryBytes <= MAX_ENTRY_BYTES &&
    entryBytes % 8 === 0
  if (!isSane) return undefined
  const entries = view.u32(gptField.entries)
  const entriesSector = view.u64(gptField.entriesSector)
  const bytes = await readEntries(disk, {
    at: entriesSector * sectorSize,
    length: Math.min(entries, MAX_ENTRIES) * entryBytes,
  })
  return {
    sectorSize,
    headerSector,
    header,
    headerBytes,
    otherSector: view.u64(gptField.otherSector),
    firstUsable: view.u64(gptField.firstUsable),
    lastUsable: view.u64(gptField.lastUsable),
    entriesSector,
    entryBytes,
    entries: bytes,
    fault:
      headerFault(header, headerBytes, headerSector) ??
      (entries > MAX_ENTRIES
        ? `it has ${entries} entries, and ${MAX_ENTRIES} were read`
        : entriesFault(bytes, view.u32(gptField.entriesCrc))),
  }
}

async function readEntries(
  disk: GuestBytes,
  { at, length }: { readonly at: number; readonly length: number },
): Promise<Uint8Array | undefined> {
  if (at + length > disk.length) return undefined
  const bytes = new Uint8Array(length)
  await disk.read(bytes, at)
  return bytes
}

function headerFault(header: Uint8Array, headerBytes: number, sector: number): string | undefined {
  const view = new LittleEndianView(header)
  if (gptHeaderCrc(header, headerBytes) !== view.u32(gptField.headerCrc)) {
    return 'the checksum of its header is wrong'
  }
  if (view.u64(gptField.ownSector) === sector) return undefined
  return 'its header says that it belongs to another place'
}

function entriesFault(bytes: Uint8Array | undefined, checksum: number): string | undefined {
  if (bytes === undefined) return 'its entries lie past the end of the disk'
  return crc32(bytes) === checksum ? undefined : 'the checksum of its entries is wrong'
}

/** Of a header as it stands, with its own checksum taken for zero. */
export function gptHeaderCrc(header: Uint8Array, headerBytes: number): number {
  const checked = header.slice(0, headerBytes)
  checked.fill(0, gptField.headerCrc, gptField.headerCrc + 4)
  return crc32(checked)
}
