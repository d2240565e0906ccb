import { alignUp } from '../../base/bits.ts'
import { BinaryWriter } from '../../base/binary.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { readBitmaps } from '../bitmap-list.ts'
import { bitmapFlags, type BitmapEntry } from '../format/bitmap-directory.ts'
import type { HeaderArea } from '../format/header-area.ts'

/** Of a directory entry, before its extra data and name. */
const FIXED_BYTES = 24
const FLAGS_AT = 12

/**
 * Marks the enabled bitmaps of an image as in use, in their directory: guest data is about to change and
 * nobody records it there, so no tool may trust them from now on ("in_use", qcow2 specification, "Bitmap
 * directory"). Their clusters stay theirs. Disabled bitmaps record nothing and stay right, unless the disk
 * gets another size: they have as many bits as it had (`all`).
 *
 * `marked`: flush before any guest data is written. `damaged`: the directory cannot be read; the caller
 * clears the autoclear bit of bitmaps, as a writer does that does not know them.
 */
export function markBitmapsInUse(
  file: WritableFile,
  area: HeaderArea,
  which: 'enabled' | 'all' = 'enabled',
): 'marked' | 'nothing-to-mark' | 'damaged' {
  let entries: readonly BitmapEntry[]
  try {
    entries = readBitmaps(file, area)
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'structure-damaged') return 'damaged'
    throw error
  }
  let at = area.bitmaps?.directoryOffset ?? 0
  let marked = false
  for (const { flags, extraData, rawName } of entries) {
    const isMeant = which === 'all' || (flags & bitmapFlags.auto) !== 0
    if (isMeant && (flags & bitmapFlags.inUse) === 0) {
      // Four bytes of one sector: a power cut cannot split them.
      const writer = new BinaryWriter(4)
      writer.u32(0, flags | bitmapFlags.inUse)
      file.writeNow(writer.bytes, at + FLAGS_AT, 'bitmap')
      marked = true
    }
    at += alignUp(FIXED_BYTES + extraData.length + rawName.length, 8)
  }
  return marked ? 'marked' : 'nothing-to-mark'
}
