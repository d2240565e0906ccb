import type { GptMove } from './gpt-move.ts'
import { readGptCopy } from './gpt-copy.ts'
import type { DiskStructure } from './disk-layout.ts'
import type { GuestBytes, GuestPiece } from './guest-bytes.ts'

/** The disk's signature and the four entries; what is before them is code that boots. */
const MBR_TABLE = { at: 440, length: 72 } as const
const SECTOR = 512

/**
 * The partition table as a disk has it, or will have it once `move` was written: what tells that a disk is
 * divided as it was. Empty without a table.
 */
export async function tableBytes(
  disk: GuestBytes,
  { table }: DiskStructure,
  move: GptMove | undefined,
): Promise<readonly GuestPiece[]> {
  if (table === undefined) return []
  const pieces: GuestPiece[] =
    move?.protective === undefined
      ? [await pieceAt(disk, MBR_TABLE.at, MBR_TABLE.length)]
      : [move.protective]
  if (table.kind === 'mbr') return pieces
  const { sectorSize } = table
  pieces.push(move?.first ?? (await pieceAt(disk, sectorSize, SECTOR)))
  const first = await readGptCopy(disk, sectorSize, 1)
  if (first?.entries !== undefined) {
    pieces.push({ at: first.entriesSector * sectorSize, bytes: first.entries })
  }
  if (move !== undefined) pieces.push(move.second)
  return pieces
}

async function pieceAt(disk: GuestBytes, at: number, length: number): Promise<GuestPiece> {
  const bytes = new Uint8Array(length)
  await disk.read(bytes, at)
  return { at, bytes }
}
