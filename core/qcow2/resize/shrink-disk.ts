import { throwIfAborted } from '../../base/abort.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import { clearAfterCut } from './clear-after-cut.ts'
import { distrustBitmaps } from './distrust-bitmaps.ts'
import type { ImageTables } from '../tables/image-tables.ts'
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
  { signal, pause, onProgress }: OperationContext,
): Promise<void> {
  const { tables } = disk
  throwIfAborted(signal)
  const { size: sizeBefore } = tables.area.header
  await distrustBitmaps(tables)
  tables.setHeader({ size })
  try {
    await tables.commit()
  } catch (error) {
    keepSize(tables, sizeBefore)
    throw error
  }
  try {
    await clearAfterCut(disk, { pause, onProgress })
  } catch (cause) {
    throw new ImageError('cut-not-cleared', { path: tables.file.name, limit: size }, { cause })
  }
}

/** Closing the image commits what waits: not the size of a disk that people are told was not resized. */
function keepSize(tables: ImageTables, size: number): void {
  try {
    tables.setHeader({ size })
  } catch {
    // After a failed flush nothing is committed any more.
  }
}
