import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { allocateZeroes, type GuestClusters } from './allocate-zeroes.ts'
import { zeroPlainWords } from './entry-words.ts'
import { COMMIT_BYTES, type ResizableDisk } from './resizable-disk.ts'

/**
 * Makes unallocated guest clusters read as zeroes where a backing image would show through. Version 3 has
 * entries that say so; version 2 has to store the zeroes. Commits on the way.
 */
export async function hideBacking(
  disk: Pick<ResizableDisk, 'tables' | 'dataFile'>,
  range: GuestClusters,
  context: OperationContext,
): Promise<void> {
  const { tables } = disk
  const { geometry, area } = tables
  if (area.header.version < 3) {
    await allocateZeroes(disk, range, 'metadata', context)
    return
  }
  const { first, end } = range
  const { signal, pause: gate, onProgress } = context
  const breathe = breather(signal, { pause: gate, everyCalls: 64 })
  const zeroPlain = zeroPlainWords(geometry)
  for (let cluster = first; cluster < end; cluster++) {
    tables.setEntry(cluster, zeroPlain)
    if (tables.dirtyBytes > COMMIT_BYTES) await tables.commit()
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({ phase: 'tables', done: cluster - first, total: end - first, unit: 'clusters' })
      await pause
    }
  }
}
