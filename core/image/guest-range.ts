import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'

/** Throws `out-of-range` for a guest range that leaves the disk. */
export function mustLieInDisk(
  { file, virtualSize }: { readonly file: Pick<BlockFile, 'name'>; readonly virtualSize: number },
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
