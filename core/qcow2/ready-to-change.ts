import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { hasIncompatible } from './format/features.ts'
import type { HeaderArea } from './format/header-area.ts'
import { readHeaderArea } from './header-file.ts'
import { rebuildRefcounts } from './repair/rebuild-refcounts.ts'

/**
 * The header area of an image whose structure is about to be changed. An image that was not closed
 * properly (dirty bit) gets its refcounts rebuilt first, which is a change of its own. Throws
 * `image-corrupt`, what makes a header unreadable, and what `rebuildRefcounts` throws.
 */
export async function readyToChange(
  file: WritableFile,
  context: OperationContext = {},
): Promise<HeaderArea> {
  const area = readHeaderArea(file)
  const { incompatibleFeatures } = area.header
  if (hasIncompatible(incompatibleFeatures, 'corrupt')) {
    throw new ImageError('image-corrupt', { path: file.name })
  }
  if (!hasIncompatible(incompatibleFeatures, 'dirty')) return area
  return rebuildRefcounts(file, area, context)
}
