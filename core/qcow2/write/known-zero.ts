import type { DiskImage } from '../../image/disk-image.ts'
import { ImageError } from '../../errors/image-error.ts'

/** What the question needs of an image. */
export interface ZeroSource extends Pick<DiskImage, 'runAt' | 'virtualSize'> {
  readonly backing: ZeroSource | undefined
}

/**
 * Whether a range (inside the disk) reads as zeroes as far as tables and holes tell, through all layers.
 * No content is read: `false` says nothing about it.
 */
export function isKnownZero(image: ZeroSource, at: number, length: number): boolean {
  let position = at
  while (position < at + length) {
    const zeroes = zeroesAt(image, position, at + length - position)
    if (zeroes === 0) return false
    position += zeroes
  }
  return true
}

/** As `isKnownZero`: bytes from `at` that are known to read as zeroes; more may follow unless it is 0. */
function zeroesAt(image: ZeroSource, at: number, limit: number): number {
  let run
  try {
    run = image.runAt(at, limit)
  } catch (error) {
    // Whoever reads a damaged mapping is told; here it is only not known to be zero.
    if (error instanceof ImageError) return 0
    throw error
  }
  if (run.kind === 'zero') return run.length
  return run.kind === 'unallocated' ? zeroesBelow(image.backing, at, run.length) : 0
}

/** Bytes of an unallocated range that read as zeroes because of what is, or is not, below. */
export function zeroesBelow(backing: ZeroSource | undefined, at: number, limit: number): number {
  if (backing === undefined || at >= backing.virtualSize) return limit
  return zeroesAt(backing, at, Math.min(limit, backing.virtualSize - at))
}
