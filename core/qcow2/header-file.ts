import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { decodeHeaderArea, HEADER_AREA_FIRST_READ, type HeaderArea } from './format/header-area.ts'
import type { HeaderStrictness } from './format/header-rules.ts'

/**
 * The header area of an image file: one read of 4 KiB, and more (up to the first cluster) only for the
 * rare header that needs it. Errors name the file.
 */
export function readHeaderArea(file: BlockFile, strictness: HeaderStrictness = 'open'): HeaderArea {
  try {
    const fileLength = file.size()
    for (let length = HEADER_AREA_FIRST_READ; ;) {
      const bytes = new Uint8Array(length)
      file.readNow(bytes, 0, 'header')
      const answer = decodeHeaderArea(bytes, { fileLength, strictness })
      if (answer.kind === 'decoded') return answer.area
      length = answer.bytesNeeded
    }
  } catch (error) {
    throw ImageError.from(error, { path: file.name })
  }
}
