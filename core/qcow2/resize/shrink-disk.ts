import { throwIfAborted } from '../../base/abort.ts'
import { ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import { clearPastEnd } from './clear-past-end.ts'
import { distrustBitmaps } from './distrust-bitmaps.ts'
import { punchFreed } from './punch-freed.ts'
import type { ResizableDisk } from './resizable-disk.ts'
import { zeroTail } from './zero-tail.ts'

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

/**
 * Gives back what lies past the end of a disk, step by step, each leaving a valid image; to be done again
 * where it was stopped halfway:
 *
 *     entries past the end cleared, the cut cluster's rest zeroed, a smaller L1 table
 *                                            entries flush, then their clusters are free
 *     the file is cut after its last used cluster, the data file to the disk's size, holes punched   flush
 */
export async function clearAfterCut(disk: ResizableDisk, context: OperationContext): Promise<void> {
  const { tables, dataFile } = disk
  const { virtualSize, clusterSize, l2Coverage } = tables.geometry
  await clearPastEnd(tables, ceilDiv(virtualSize, clusterSize), context)
  await zeroTail(disk, virtualSize)
  const clustersOf = (entries: number) => ceilDiv(entries * L1_ENTRY_BYTES, clusterSize)
  const l1Entries = ceilDiv(virtualSize, l2Coverage)
  if (clustersOf(l1Entries) < clustersOf(tables.area.header.l1Size)) tables.resizeL1(l1Entries)
  await tables.commit()
  if (dataFile !== undefined) {
    dataFile.truncate(virtualSize)
    await dataFile.flush()
  }
  await tables.trimFile()
  punchFreed(tables)
  await tables.commit()
}
