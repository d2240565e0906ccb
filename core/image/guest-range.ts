import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from './disk-image.ts'

/** Throws `out-of-range` for a guest range that leaves the disk. */
export function mustLieInDisk(
  { file, virtualSize }: Pick<DiskImage, 'file' | 'virtualSize'>,
  at: number,
  length: number,
): void {
  if (at >= 0 && at + length <= virtualSize) return
  throw new ImageError('out-of-range', {
    path: file.name,
    guestOffset: at,
    found: at + length,
    limit: virtualSize,
  })
}
