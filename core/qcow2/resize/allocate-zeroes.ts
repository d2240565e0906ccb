import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { provideSpace } from '../../storage/provide-space.ts'
import { hostOffset } from '../../units.ts'
import type { Preallocation } from '../preallocation.ts'
import type { ReservedRun } from '../tables/host-run.ts'
import type { ImageTables } from '../tables/image-tables.ts'
import { storedWords } from './entry-words.ts'
import { COMMIT_BYTES, type ResizableDisk } from './resizable-disk.ts'

export interface GuestClusters {
  readonly first: number
  /** The first one after the range. */
  readonly end: number
}

/** Allocated in one piece at most: what a cancel has to wait for, and gives back. */
const RUN_BYTES = 64 * 1024 * 1024

/**
 * Gives every guest cluster of a range that is unallocated a cluster of its own that reads as zeroes, with
 * space on the host as `how` says. In an external data file only the tables change: the file's own space
 * is the caller's. Commits on the way. Stopped halfway, what was allocated stays and is counted.
 */
export async function allocateZeroes(
  { tables, dataFile }: Pick<ResizableDisk, 'tables' | 'dataFile'>,
  { first, end }: GuestClusters,
  how: Exclude<Preallocation, 'off'>,
  { signal, pause, onProgress }: OperationContext,
): Promise<void> {
  const { geometry } = tables
  const { clusterSize } = geometry
  const atOnce = Math.max(RUN_BYTES / clusterSize, 1)
  const breathe = breather(signal, { pause })
  for (let cluster = first; cluster < end;) {
    const count = Math.min(atOnce, end - cluster)
    if (dataFile === undefined) {
      const run = tables.reserve(count)
      await storeRun(tables, { run, cluster, how }, { signal, pause })
      cluster += run.clusters
    } else {
      for (const last = cluster + count; cluster < last; cluster++) {
        const words = storedWords(geometry, { offset: cluster * clusterSize, reads: 'content' })
        tables.setEntry(cluster, words)
      }
    }
    if (tables.dirtyBytes > COMMIT_BYTES) await tables.commit()
    const done = (cluster - first) * clusterSize
    onProgress?.({ phase: 'space', done, total: (end - first) * clusterSize, unit: 'bytes' })
    await breathe()
  }
}

interface Storing {
  readonly run: ReservedRun
  /** The guest cluster that the run's first cluster is for. */
  readonly cluster: number
  readonly how: Exclude<Preallocation, 'off'>
}

async function storeRun(
  tables: ImageTables,
  { run, cluster, how }: Storing,
  context: OperationContext,
): Promise<void> {
  const { clusterSize } = tables.geometry
  let stored = 0
  try {
    const reads = await giveSpace(tables, run, how, context)
    for (; stored < run.clusters; stored++) {
      const offset = run.offset + stored * clusterSize
      tables.setEntry(cluster + stored, storedWords(tables.geometry, { offset, reads }))
    }
  } catch (error) {
    const offset = hostOffset(run.offset + stored * clusterSize)
    tables.unreserve({ offset, clusters: run.clusters - stored })
    throw error
  }
}

/** Whether the run's content is zeroes now, or its entries have to say that it reads as such. */
async function giveSpace(
  { file, area, geometry }: ImageTables,
  run: ReservedRun,
  how: Exclude<Preallocation, 'off'>,
  context: OperationContext,
): Promise<'content' | 'zeroes'> {
  const { offset } = run
  const length = run.clusters * geometry.clusterSize
  // An entry must not refer past the end of the file, as far as a power cut may leave it behind.
  if (file.size() < offset + length) file.truncate(offset + length)
  let isZero = run.reads === 'zeroes'
  if (how !== 'metadata') {
    const outcome = await provideSpace(file, { offset, length, how }, context)
    isZero ||= outcome === 'written'
  }
  // Stored zeroes are not what a guest reads through a cipher.
  if (area.encryption !== 'none') return 'zeroes'
  if (isZero) return 'content'
  if (area.header.version >= 3) return 'zeroes'
  await provideSpace(file, { offset, length, how: 'full' }, context)
  return 'content'
}
