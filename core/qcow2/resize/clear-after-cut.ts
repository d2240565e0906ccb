import { ceilDiv } from '../../base/bits.ts'
import type { OperationContext } from '../../progress.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import { clearPastEnd } from './clear-past-end.ts'
import { punchFreed } from './punch-freed.ts'
import type { ResizableDisk } from './resizable-disk.ts'
import { zeroTail } from './zero-tail.ts'

/**
 * Gives back what lies past the end of a disk, step by step, each leaving a valid image; to be done again
 * where it was stopped halfway:
 *
 *     entries past the end cleared                    entries flush, then their clusters are free
 *     the cut cluster's rest zeroed, a smaller L1 table                                   the same
 *     the file is cut after its last used cluster, the data file to the disk's size, holes punched   flush
 */
export async function clearAfterCut(disk: ResizableDisk, context: OperationContext): Promise<void> {
  const { tables, dataFile } = disk
  const { virtualSize, clusterSize, l2Coverage } = tables.geometry
  await clearPastEnd(tables, ceilDiv(virtualSize, clusterSize), context)
  // What was let go is free from here on: what is written anew goes there, not to the file's end.
  await tables.commit()
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
