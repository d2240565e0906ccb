import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { bitmapFault, decodeBitmapDirectory, type BitmapEntry } from './format/bitmap-directory.ts'
import type { HeaderArea } from './format/header-area.ts'

/**
 * The persistent bitmaps of an image. The header's decoder has bounded the directory's size (64 MiB);
 * it is read only when it lies inside the file. Throws `structure-damaged`.
 */
export function readBitmaps(file: BlockFile, { bitmaps, geometry }: HeaderArea): BitmapEntry[] {
  if (bitmaps === undefined) return []
  const { directoryOffset: offset, directorySize, count } = bitmaps
  const structure = 'bitmap directory'
  const fileLength = file.size()
  if (offset + directorySize > fileLength) {
    throw new ImageError('structure-damaged', {
      path: file.name,
      structure,
      offset,
      found: `${directorySize} bytes in a file of ${fileLength}`,
      expected: 'a directory inside the file',
    })
  }
  const bytes = new Uint8Array(directorySize)
  file.readNow(bytes, offset, 'bitmap')
  try {
    const entries = decodeBitmapDirectory(bytes, { offset, count })
    for (const entry of entries) {
      const fault = bitmapFault(entry, geometry)
      if (fault === undefined) continue
      const found = `of the bitmap "${entry.name}", ${fault}`
      throw new ImageError('structure-damaged', { structure, offset, found })
    }
    return entries
  } catch (error) {
    throw ImageError.from(error, { path: file.name })
  }
}
