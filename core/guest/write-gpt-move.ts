import type { GptMove } from './gpt-move.ts'
import type { GuestBytes, GuestDisk, GuestPiece } from './guest-bytes.ts'

/** What a move overwrites. */
export interface OverwrittenByMove {
  /** The first header, and sector 0 when it changes: one atomic sector each. */
  readonly heads: readonly GuestPiece[]
  /** Where the new second copy is, as far as that lies on the disk. */
  readonly second: GuestPiece
}

/**
 * Moves the second copy of a GPT. At every moment the first copy is sound, and from the first flush on so is the
 * second one that it tells of:
 *
 *     entries and header at the new place                        flush
 *     the first header (one sector), sector 0                    flush
 *
 * The old second copy stays as it is, unless the new one lies on it.
 */
export async function writeGptMove(disk: GuestDisk, move: GptMove): Promise<void> {
  await disk.write(move.second.bytes, move.second.at)
  await disk.flush()
  await writeAll(disk, headsOf(move))
}

/** As it is now. */
export async function bytesBeforeMove(disk: GuestBytes, move: GptMove): Promise<OverwrittenByMove> {
  const heads: GuestPiece[] = []
  for (const { at, bytes } of headsOf(move)) heads.push(await readPiece(disk, at, bytes.length))
  const { at, bytes } = move.second
  const length = Math.max(Math.min(bytes.length, disk.length - at), 0)
  return { heads, second: await readPiece(disk, at, length) }
}

/** The first header tells of the old second copy again before the new one goes. */
export async function takeMoveBack(
  disk: GuestDisk,
  { heads, second }: OverwrittenByMove,
): Promise<void> {
  await writeAll(disk, heads)
  await writeAll(disk, [second])
}

const headsOf = ({ first, protective }: GptMove): readonly GuestPiece[] =>
  protective === undefined ? [first] : [first, protective]

async function writeAll(disk: GuestDisk, pieces: readonly GuestPiece[]): Promise<void> {
  for (const { at, bytes } of pieces) await disk.write(bytes, at)
  await disk.flush()
}

async function readPiece(disk: GuestBytes, at: number, length: number): Promise<GuestPiece> {
  const bytes = new Uint8Array(length)
  if (length > 0) await disk.read(bytes, at)
  return { at, bytes }
}
