import { throwIfAborted } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { clearAfterCut } from './clear-after-cut.ts'
import { growDisk } from './grow-disk.ts'
import { mapOf, type ResizableDisk } from './resizable-disk.ts'
import { resizeRefusals, type NewSize } from './resize-rules.ts'
import { shrinkDisk } from './shrink-disk.ts'

/**
 * Gives a disk another size; see growDisk and shrinkDisk for the order of what is written and for where a
 * signal is heeded. The same size again gives back what lies past the end. Throws the first of `resizeRefusals` before anything is changed. Internal snapshots
 * keep their content and their own size.
 */
export async function resizeDisk(
  disk: ResizableDisk,
  wish: NewSize,
  context: OperationContext,
): Promise<void> {
  const { tables, backing } = disk
  const { file, area } = tables
  const map = mapOf(disk)
  const runAt = (at: number, limit: number) => map.runAt(at, limit)
  const [refusal] = resizeRefusals({ file, area, backing, runAt }, wish)
  if (refusal !== undefined) throw refusal
  const { virtualSize } = area.geometry
  throwIfAborted(context.signal)
  if (wish.size > virtualSize) await growDisk(disk, wish, context)
  else if (wish.size < virtualSize) await shrinkDisk(disk, wish, context)
  else await clearAfterCut(disk, context)
}
