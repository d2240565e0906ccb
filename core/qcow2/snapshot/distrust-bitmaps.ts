import { word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { readBitmaps } from '../bitmap-list.ts'
import { bitmapFlags } from '../format/bitmap-directory.ts'
import { autoclear } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { markBitmapsInUse } from '../write/bitmaps-in-use.ts'

/**
 * Bitmaps cannot follow when another state becomes the present one: those that are recording are marked
 * as in use, and all of them when the disk gets another size. Gives the header fields to change with the
 * switch: a directory that cannot be read is declared stale there.
 */
export function distrustBitmaps(
  file: WritableFile,
  area: HeaderArea,
  newSize: number,
): Partial<Qcow2Header> {
  const which = newSize === area.header.size ? 'enabled' : 'all'
  return markBitmapsInUse(file, area, which) === 'damaged' ? withoutBitmaps(area) : {}
}

/** The names of the bitmaps that `distrustBitmaps` would mark. */
export function distrustedBitmaps(file: BlockFile, area: HeaderArea, newSize: number): string[] {
  try {
    const isLost = (flags: number) =>
      (flags & bitmapFlags.inUse) === 0 &&
      (newSize !== area.header.size || (flags & bitmapFlags.auto) !== 0)
    return readBitmaps(file, area)
      .filter(({ flags }) => isLost(flags))
      .map(({ name }) => name)
  } catch (error) {
    // Nothing in it can be trusted as it is.
    if (error instanceof ImageError && error.reason === 'structure-damaged') return []
    throw error
  }
}

/** Of the bits we know, the data file's stays as it is. */
const withoutBitmaps = ({ header }: HeaderArea): Partial<Qcow2Header> => ({
  autoclearFeatures: word64(0, header.autoclearFeatures.low & (2 ** autoclear.dataFileRaw)),
})
