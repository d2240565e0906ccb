import { throwIfAborted } from '../../base/abort.ts'
import { ceilDiv } from '../../base/bits.ts'
import type { OperationContext } from '../../progress.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import { clearPastEnd } from './clear-past-end.ts'
import { punchFreed } from './punch-freed.ts'
import type { ResizableDisk } from './resizable-disk.ts'
import { zeroTail } from './zero-tail.ts'

/**
 * Takes bytes from the end of a disk; they are gone. The header's size is the first thing that becomes
 * durable: before it nothing is lost, after it what was cut off is nobody's, and the rest gives its space
 * back step by step, each leaving a valid image:
 *
 *     header: size                                               flush: the disk is smaller
 *     entries past the end cleared, the cut cluster's rest zeroed, a smaller L1 table
 *                                            entries flush, then their clusters are free
 *     the file is cut after its last used cluster, the data file to the disk's size, holes punched   flush
 *
 * A signal is heeded before the header changes; from then on it completes.
 */
export async function shrinkDisk(
  disk: ResizableDisk,
  { size }: { readonly size: number },
  { signal, onProgress }: OperationContext,
): Promise<void> {
  const { tables, dataFile } = disk
  throwIfAborted(signal)
  tables.setHeader({ size })
  await tables.commit()

  const { clusterSize, l2Coverage } = tables.geometry
  await clearPastEnd(tables, ceilDiv(size, clusterSize), { onProgress })
  // Now what was cut off is free for the rest of the last cluster, which would else end the file.
  await tables.commit()
  await zeroTail(disk, size)
  const clustersOf = (entries: number) => ceilDiv(entries * L1_ENTRY_BYTES, clusterSize)
  const l1Entries = ceilDiv(size, l2Coverage)
  if (clustersOf(l1Entries) < clustersOf(tables.area.header.l1Size)) tables.resizeL1(l1Entries)
  await tables.commit()
  if (dataFile !== undefined) {
    dataFile.truncate(size)
    await dataFile.flush()
  }
  await tables.trimFile()
  punchFreed(tables)
  await tables.commit()
}
