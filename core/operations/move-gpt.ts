import { ImageError } from '../errors/image-error.ts'
import { foreignBytes, planGptMove, type GptMove } from '../guest/gpt-move.ts'
import type { GuestBytes, GuestDisk } from '../guest/guest-bytes.ts'
import { readStructure } from '../guest/read-structure.ts'
import { bytesBeforeMove, takeMoveBack, writeGptMove } from '../guest/write-gpt-move.ts'

/** Throws what `planGptMove` throws. */
export async function plannedMove(disk: GuestBytes, size: number): Promise<GptMove> {
  return planGptMove(disk, await readStructure(disk, undefined), size)
}

/**
 * At the end of a disk that stays as it is, something else may lie where the copy goes: RAID keeps its records
 * there. Throws `gpt-no-room`.
 */
export function mustBeFree(foreign: number, { second }: GptMove): void {
  if (foreign === 0) return
  const found = `${foreign} bytes of something else`
  throw new ImageError('gpt-no-room', { limit: second.at, found })
}

/** Moves the copy to the end of a disk that has its size already. Throws `gpt-not-moved`. */
export async function moveAfter(disk: GuestDisk, size: number): Promise<void> {
  try {
    const move = await plannedMove(disk, size)
    mustBeFree(await foreignBytes(disk, move), move)
    await writeGptMove(disk, move)
  } catch (cause) {
    throw new ImageError('gpt-not-moved', { limit: size }, { cause })
  }
}

/**
 * Moves the copy inwards, then cuts. When cutting fails or is cancelled, the disk gets back what it had; when
 * that fails, too, `gpt-moved-only`.
 */
export async function moveBefore(
  disk: GuestDisk,
  move: GptMove,
  cut: () => Promise<void>,
): Promise<void> {
  const old = await bytesBeforeMove(disk, move)
  const before = disk.length
  try {
    await writeGptMove(disk, move)
    await cut()
  } catch (error) {
    // Once it is smaller the copy is where it belongs; after a failed flush nobody writes any more.
    const isOver = error instanceof ImageError && error.reason === 'flush-failed'
    if (isOver || disk.length !== before) throw error
    try {
      await takeMoveBack(disk, old)
    } catch {
      const limit = move.second.at + move.second.bytes.length
      throw new ImageError('gpt-moved-only', { limit }, { cause: error })
    }
    throw error
  }
}
