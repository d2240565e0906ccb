import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { hasIncompatible } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readyToChange } from '../qcow2/ready-to-change.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { PlannedFile } from '../storage/planned-file.ts'

/** An image file with its header. */
export interface HeadedFile {
  readonly file: BlockFile
  readonly area: HeaderArea
}

/** Refcounts of a dirty image, counted anew in memory: those of 4 TiB in clusters of 64 KiB. */
const budget = 256 * 1024 * 1024

/**
 * An image as it will be once it may be changed: refcounts that nobody wrote (dirty bit) are counted, in
 * memory; the file stays as it is. Throws `image-corrupt` and what counting throws.
 */
export async function settledView(
  { file, area }: HeadedFile,
  context: OperationContext,
): Promise<HeadedFile & { readonly isDirty: boolean }> {
  const { incompatibleFeatures } = area.header
  if (hasIncompatible(incompatibleFeatures, 'corrupt')) {
    throw new ImageError('image-corrupt', { path: file.name })
  }
  if (!hasIncompatible(incompatibleFeatures, 'dirty')) return { file, area, isDirty: false }
  const planned = new PlannedFile(file, { budget, keepsWrites: false })
  return { file: planned, area: await readyToChange(planned, context), isDirty: true }
}
