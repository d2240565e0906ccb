import { ceilDiv } from '../base/bits.ts'
import type { DiskStructure } from './disk-layout.ts'
import { readGptCopy, type GptCopy } from './gpt-copy.ts'
import type { GuestBytes } from './guest-bytes.ts'

/**
 * Which of these positions (guest bytes) belong to copies of the GPT that nobody reads any more: a disk that grew
 * keeps its second copy where the end was. A copy is known by its checksums and by naming the place where it lies, so
 * that nothing else passes for one; the second copy that is in use is none.
 */
export async function inFormerGptCopies(
  disk: GuestBytes,
  { table }: DiskStructure,
  positions: readonly number[],
): Promise<ReadonlySet<number>> {
  const former = new Set<number>()
  if (table?.kind !== 'gpt') return former
  const { sectorSize, backupHeaderAt } = table
  for (const at of positions) {
    if (at % sectorSize !== 0 || at === backupHeaderAt || at <= sectorSize) continue
    const copy = await readGptCopy(disk, sectorSize, at / sectorSize)
    if (copy === undefined || copy.fault !== undefined) continue
    for (const position of positions) if (isOf(copy, position)) former.add(position)
  }
  return former
}

function isOf({ sectorSize, headerSector, entriesSector, entries }: GptCopy, at: number): boolean {
  const sector = Math.floor(at / sectorSize)
  const entriesEnd = entriesSector + ceilDiv(entries?.length ?? 0, sectorSize)
  return sector === headerSector || (sector >= entriesSector && sector < entriesEnd)
}
