import { pow2 } from '../../base/bits.ts'
import { word64 } from '../../base/word64.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { autoclear } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { writeHeaderFields } from '../tables/header-store.ts'

/**
 * What a feature that we do not know says of the image may not be true any more afterwards: whoever
 * changes an image clears such bits first (specification, "autoclear_features"). Bitmaps and the layout of
 * a data file stay true.
 */
export async function clearUnknownAutoclear(
  file: WritableFile,
  { header }: HeaderArea,
): Promise<void> {
  const { high, low } = header.autoclearFeatures
  const known = low & (pow2(autoclear.bitmaps) | pow2(autoclear.dataFileRaw))
  if (header.version === 2 || (high === 0 && low === known)) return
  writeHeaderFields(file, { ...header, autoclearFeatures: word64(0, known) })
  await file.flush()
}
