import { alignDown } from '../../base/bits.ts'
import { isAllZero } from '../../base/zeroes.ts'
import { ImageError } from '../../errors/image-error.ts'
import { hostOffset } from '../../units.ts'
import type { EntryWords } from '../tables/image-tables.ts'
import { storedWords, unallocatedWords, unreferenceEntry } from './entry-words.ts'
import { mapOf, readPastEnd, type ResizableDisk } from './resizable-disk.ts'

/**
 * Where a disk ends inside a cluster, makes the rest of that cluster read as zeroes: a longer disk would
 * show what is there. The cluster is written anew elsewhere, so that a power cut leaves either one, and
 * equal bytes below `end`. Not durable before a commit. Throws `encrypted-cluster-cut` where that takes
 * a passphrase.
 */
export async function zeroTail(disk: ResizableDisk, end: number): Promise<void> {
  const { tables, dataFile } = disk
  const { clusterSize } = tables.geometry
  const inCluster = end % clusterSize
  if (inCluster === 0 || readsAsZeroes(disk, end)) return
  if (tables.area.encryption !== 'none') {
    const facts = { path: tables.file.name, found: end, limit: clusterSize }
    throw new ImageError('encrypted-cluster-cut', facts)
  }
  const start = end - inCluster
  const content = new Uint8Array(clusterSize)
  await readPastEnd(disk, content, start)
  if (isAllZero(content.subarray(inCluster))) return
  content.fill(0, inCluster)

  const cluster = start / clusterSize
  const old: EntryWords = { ...unallocatedWords }
  tables.entry(cluster, old)
  if (dataFile !== undefined) {
    // Guest clusters have one place only there; below `end` the same bytes are written again.
    await dataFile.write(content, start, 'data')
    await dataFile.flush()
    tables.setEntry(cluster, storedWords(tables.geometry, { offset: start, reads: 'content' }))
    return
  }
  const run = tables.reserve(1)
  try {
    await tables.writeData(content, run.offset, 'data')
    const words = storedWords(tables.geometry, { offset: run.offset, reads: 'content' })
    tables.setEntry(cluster, words)
  } catch (error) {
    tables.unreserve({ offset: hostOffset(run.offset), clusters: 1 })
    throw error
  }
  unreferenceEntry(tables, old)
}

/** From the tables alone: whether nothing in the rest of the cluster is stored or shows through. */
function readsAsZeroes(disk: ResizableDisk, end: number): boolean {
  const { clusterSize } = disk.tables.geometry
  const map = mapOf(disk)
  const stop = alignDown(end, clusterSize) + clusterSize
  const showsBacking = (disk.backing?.virtualSize ?? 0) > end
  for (let at = end; at < stop;) {
    const { kind, length } = map.runAt(at, stop - at)
    const isZero = kind === 'zero' || (kind === 'unallocated' && !showsBacking)
    if (!isZero) return false
    at += length
  }
  return true
}
