import { ceilDiv } from '../base/bits.ts'
import { printable } from '../base/text.ts'
import { readGptCopy, type GptCopy } from './gpt-copy.ts'
import { formatGuid } from './guid.ts'
import type { GuestBytes } from './guest-bytes.ts'
import { LittleEndianView } from './little-endian.ts'
import { hasProtectiveEntry } from './mbr.ts'
import type { Partition, PartitionTable } from './partition-table.ts'
import { gptTypeName } from './partition-types.ts'

/** 36 UTF-16 units (UEFI specification, "GPT Partition Entry"). */
const NAME = { at: 56, bytes: 72 } as const

/**
 * The GUID partition table whose first copy is in sector 1 and whose second one is where the first says, or in
 * the last sector; undefined when neither is there. Where the first is damaged and the second is sound, the
 * partitions are those of the second.
 */
export async function readGpt(
  disk: GuestBytes,
  sectorSize: 512 | 4096,
): Promise<PartitionTable | undefined> {
  const first = await readGptCopy(disk, sectorSize, 1)
  const second = await readSecond(disk, sectorSize, first)
  if (first !== undefined && (first.fault === undefined || second === undefined)) {
    const { partitions, fault } = decodeEntries(first)
    return tableOf(first, { partitions, second, fault: first.fault ?? fault })
  }
  if (second === undefined) return undefined
  const { partitions, fault } = decodeEntries(second)
  const damage =
    first === undefined
      ? 'its first copy is gone, and the second one was read'
      : `its first copy is damaged (${first.fault ?? 'somewhere'}), and the second one was read`
  return tableOf(second, { partitions, second, fault: fault ?? damage })
}

/** The second copy, when it is sound and, next to a sound first one, says the same. */
async function readSecond(
  disk: GuestBytes,
  sectorSize: 512 | 4096,
  first: GptCopy | undefined,
): Promise<GptCopy | undefined> {
  const last = Math.floor(disk.length / sectorSize) - 1
  // A disk that has another table by now may still carry the second copy of its old one.
  if (first === undefined && !(await hasProtectiveEntry(disk))) return undefined
  const sector = first?.fault === undefined ? (first?.otherSector ?? last) : last
  if (sector <= 1) return undefined
  const second = await readGptCopy(disk, sectorSize, sector)
  if (second?.fault !== undefined || second?.otherSector !== 1) return undefined
  return second
}

interface DecodedEntries {
  readonly partitions: readonly Partition[]
  readonly fault: string | undefined
}

function decodeEntries({ entries, entryBytes, sectorSize }: GptCopy): DecodedEntries {
  if (entries === undefined) return { partitions: [], fault: undefined }
  const view = new LittleEndianView(entries)
  const partitions: Partition[] = []
  let fault: string | undefined
  for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
    if (view.isZero64(at) && view.isZero64(at + 8)) continue
    const number = at / entryBytes + 1
    const first = view.u64(at + 32)
    const last = view.u64(at + 40)
    const end = (last + 1) * sectorSize
    if (first > last || end > Number.MAX_SAFE_INTEGER) {
      fault ??= `partition ${number} contradicts itself and was left out`
      continue
    }
    partitions.push({
      number,
      start: first * sectorSize,
      end,
      typeName: gptTypeName(formatGuid(entries.subarray(at, at + 16))),
      name: nameIn(entries.subarray(at + NAME.at, at + NAME.at + NAME.bytes)),
      isContainer: false,
    })
  }
  return { partitions, fault }
}

const utf16 = new TextDecoder('utf-16le')

function nameIn(bytes: Uint8Array): string | undefined {
  const [name = ''] = utf16.decode(bytes).split('\0')
  return name === '' ? undefined : printable(name)
}

function tableOf(
  { entries, entryBytes, sectorSize }: GptCopy,
  facts: {
    readonly partitions: readonly Partition[]
    readonly second: GptCopy | undefined
    readonly fault: string | undefined
  },
): PartitionTable {
  const bytes = entries?.length ?? entryBytes
  return {
    kind: 'gpt',
    sectorSize,
    partitions: facts.partitions,
    // The copy: the entries again, then the header in the disk's last sector.
    reservedAtEnd:
      entries === undefined ? sectorSize : (ceilDiv(bytes, sectorSize) + 1) * sectorSize,
    backupHeaderAt: facts.second && facts.second.headerSector * sectorSize,
    fault: facts.fault,
  }
}
