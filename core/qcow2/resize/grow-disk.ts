import { throwIfAborted } from '../../base/abort.ts'
import { ceilDiv } from '../../base/bits.ts'
import type { OperationContext } from '../../progress.ts'
import { provideSpace } from '../../storage/provide-space.ts'
import type { Preallocation } from '../preallocation.ts'
import { allocateZeroes } from './allocate-zeroes.ts'
import { clearAfterCut } from './clear-after-cut.ts'
import { clearPastEnd } from './clear-past-end.ts'
import { distrustBitmaps } from './distrust-bitmaps.ts'
import { hideBacking } from './hide-backing.ts'
import { punchFreed } from './punch-freed.ts'
import type { ResizableDisk } from './resizable-disk.ts'
import { zeroTail } from './zero-tail.ts'

/**
 * Gives a disk more bytes, which read as zeroes whatever lies in the tables, the file, the data file or
 * the backing image past its old end. All of that is made so first; the header's size (with a larger L1
 * table, when one is needed) is the last thing that becomes durable, in one sector:
 *
 *     clear what is past the end | zero the rest of the last cluster | hide the backing image, or
 *     preallocate | new L1 table                                 flush
 *     header: size, l1_size, l1_table_offset                     flush: the disk is larger
 *
 * Stopped by a signal or a failure before that, the disk keeps its size and what was allocated for the
 * new part is given back.
 */
export async function growDisk(
  disk: ResizableDisk,
  { size, preallocation }: { readonly size: number; readonly preallocation: Preallocation },
  context: OperationContext,
): Promise<void> {
  const { tables } = disk
  const { geometry, area } = tables
  const { virtualSize, clusterSize, l2Coverage } = geometry
  const firstNew = ceilDiv(virtualSize, clusterSize)
  const { size: sizeInHeader } = area.header
  // As QEMU does: what another program writes into a raw data file is to be seen by the guest.
  const effective = area.dataFileRaw && preallocation === 'off' ? 'metadata' : preallocation
  try {
    await clearPastEnd(tables, firstNew, context)
    await zeroTail(disk, virtualSize)
    const l1Entries = ceilDiv(size, l2Coverage)
    if (l1Entries > area.header.l1Size) tables.resizeL1(l1Entries)
    await fillNewPart(disk, { firstNew, size, preallocation: effective }, context)
    throwIfAborted(context.signal)
    await distrustBitmaps(tables)
    tables.setHeader({ size })
    await tables.commit()
    punchFreed(tables)
    // What that commit freed (an L1 table that was too small) is counted in the file until the next one.
    await tables.commit()
  } catch (error) {
    await giveBack(disk, sizeInHeader)
    throw error
  }
}

interface NewPart {
  readonly firstNew: number
  readonly size: number
  readonly preallocation: Preallocation
}

async function fillNewPart(
  disk: ResizableDisk,
  { firstNew, size, preallocation }: NewPart,
  context: OperationContext,
): Promise<void> {
  const { tables, dataFile, backing } = disk
  const { virtualSize, clusterSize } = tables.geometry
  const lastNew = ceilDiv(size, clusterSize)
  if (dataFile !== undefined) {
    // What lies past the old end is nobody's content; cut off, it cannot come back as the disk's.
    dataFile.truncate(virtualSize)
    dataFile.truncate(size)
    if (preallocation === 'falloc' || preallocation === 'full') {
      const request = { offset: virtualSize, length: size - virtualSize, how: preallocation }
      await provideSpace(dataFile, request, context)
    }
    await dataFile.flush()
  }
  if (preallocation !== 'off') {
    await allocateZeroes(disk, { first: firstNew, end: lastNew }, preallocation, context)
    return
  }
  const shown = Math.min(size, backing?.virtualSize ?? 0)
  const end = ceilDiv(shown, clusterSize)
  if (end > firstNew) await hideBacking(disk, { first: firstNew, end }, context)
}

/** Best effort: where it fails too, clusters stay past the end, counted, and the next change clears them. */
async function giveBack(disk: ResizableDisk, sizeInHeader: number): Promise<void> {
  try {
    disk.tables.setHeader({ size: sizeInHeader })
    await clearAfterCut(disk, {})
  } catch {
    // What stopped the growth is thrown, and it is what has to be seen to.
  }
}
