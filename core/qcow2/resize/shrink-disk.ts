import { throwIfAborted } from '../../base/abort.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import { clearAfterCut } from './clear-after-cut.ts'
import { distrustBitmaps } from './distrust-bitmaps.ts'
import type { ResizableDisk } from './resizable-disk.ts'

/**
 * Takes bytes from the end of a disk; they are gone. The header's size is the first thing that becomes
 * durable: before it nothing is lost, after it what was cut off is nobody's, and `clearAfterCut` gives its
 * space back.
 *
 *     header: size                                               flush: the disk is smaller
 *
 * A signal is heeded before the header changes; from then on it completes. Throws `cut-not-cleared` when
 * that fails.
 */
export async function shrinkDisk(
  disk: ResizableDisk,
  { size }: { readonly size: number },
  { signal, onProgress }: OperationContext,
): Promise<void> {
  const { tables } = disk
  throwIfAborted(signal)
  await distrustBitmaps(tables)
  tables.setHeader({ size })
  await tables.commit()
  try {
    await clearAfterCut(disk, { onProgress })
  } catch (cause) {
    throw new ImageError('cut-not-cleared', { path: tables.file.name, limit: size }, { cause })
  }
}
