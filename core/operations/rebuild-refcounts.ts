import { throwIfAborted } from '../base/abort.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { hasIncompatible } from '../qcow2/format/features.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { checkOutcome } from '../qcow2/repair/check-outcome.ts'
import { rebuildRefcounts } from '../qcow2/repair/rebuild-refcounts.ts'
import { countsOf } from './plan-repair.ts'
import type { CheckCounts } from './repair-plan.ts'
import { requireQcow2 } from './require-qcow2.ts'

export interface RebuildOptions extends OperationContext {
  /** Given: never probe. */
  readonly format?: 'qcow2' | 'raw' | undefined
}

export interface RebuildResult {
  readonly path: string
  readonly before: CheckCounts
  readonly after: CheckCounts
  /** Bytes of the image file. */
  readonly fileLength: { readonly before: number; readonly after: number }
}

/**
 * Counts the refcounts of an image anew, for images that were written lazily and never closed; guest data
 * stays as it is. In one step that a power cut cannot split, in little memory, and without a safety copy:
 * it refuses images with anything else wrong (`repair-first`), and those marked as corrupt. A cancel is
 * heard until that step; nothing was changed then.
 */
export async function rebuildImageRefcounts(
  host: WritingEnvironment,
  path: string,
  { format, signal, pause, onProgress }: RebuildOptions = {},
): Promise<RebuildResult> {
  try {
    throwIfAborted(signal)
    await using file = await host.openForWriting(path)
    requireQcow2(file, format, 'check-not-possible')
    const lengthBefore = file.size()
    const area = readHeaderArea(file, 'check')
    if (hasIncompatible(area.header.incompatibleFeatures, 'corrupt')) {
      throw new ImageError('image-corrupt', { path })
    }
    const before = await checkOutcome(file, area, { signal, pause, onProgress })
    const rebuilt = await rebuildRefcounts(file, area, { signal, pause, onProgress })
    const after = await checkOutcome(file, rebuilt, { pause, onProgress })
    return {
      path,
      before: countsOf(before),
      after: countsOf(after),
      fileLength: { before: lengthBefore, after: file.size() },
    }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}
