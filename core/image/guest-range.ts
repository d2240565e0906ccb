import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from './disk-image.ts'

/** Throws `out-of-range` for guest bytes that the disk does not have. */
export function mustBeInside(
  { file, virtualSize }: Pick<DiskImage, 'file' | 'virtualSize'>,
  at: number,
  length: number,
): void {
  if (at >= 0 && length >= 0 && at + length <= virtualSize) return
  throw new ImageError('out-of-range', {
    path: file.name,
    guestOffset: at,
    found: at + length,
    limit: virtualSize,
  })
}
