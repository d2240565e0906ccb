import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import { ZERO_LOW } from '../format/l2-entry.ts'
import { storedWords, unallocatedWords } from '../resize/entry-words.ts'
import type { EditableTables } from '../tables/editable-tables.ts'
import type { EntryWords } from '../tables/image-tables.ts'
import { hasZeroFlag } from './zero-flags.ts'

export interface ExpandOptions extends OperationContext {
  /** What is not allocated reads from a backing file, so a zero cluster has to be written. */
  readonly hasBacking: boolean
  /** Clusters with the flag, for progress. */
  readonly total: number
}

/** Tables are committed when so many bytes of them have changed. */
const commitBytes = 8 * 1024 * 1024

/**
 * Makes every cluster of the active state that reads as zeroes by its flag do so without: unallocated
 * where nothing lies below, else a cluster that is written full of zeroes (as qcow2_expand_zero_clusters
 * does). The guest sees zeroes before, after and at any moment in between: the zeroes are durable before
 * the entry that shows them (ImageTables.commit), and only a cluster with one owner is written in place.
 * Ends with everything committed.
 */
export async function expandZeroClusters(
  tables: EditableTables,
  { hasBacking, total, signal, onProgress }: ExpandOptions,
): Promise<void> {
  const { geometry } = tables
  const { l2Entries, guestClusters } = geometry
  const zeroes = new Uint8Array(geometry.clusterSize)
  const entry: EntryWords = { high: 0, low: 0, alloc: 0, zeroes: 0 }
  const breathe = breather(signal)
  let done = 0
  for (let index = 0; index < tables.l1.place.entries; index++) {
    for (const inTable of flaggedIn(tables, index)) {
      const cluster = index * l2Entries + inTable
      tables.entry(cluster, entry)
      tables.setEntry(cluster, await expanded(cluster))
      done++
      onProgress?.({ phase: 'zeroes', done, total, unit: 'clusters' })
      if (tables.dirtyBytes >= commitBytes) await tables.commit()
      await breathe()
    }
  }
  await tables.commit()
  // What the first commit freed is counted in the file until the next one.
  if (tables.dirtyBytes > 0) await tables.commit()

  /** The entry of a cluster without the flag; what it needs is written and counted. */
  async function expanded(cluster: number): Promise<Readonly<EntryWords>> {
    const offset = entryOffset(entry.high, entry.low)
    const isOwn = offset !== 0 && tables.refcount(offset / geometry.clusterSize) === 1
    if (isOwn) {
      await tables.writeData(zeroes, hostOffset(offset), 'data')
      return { ...entry, high: withCopied(entry.high), low: entry.low - ZERO_LOW }
    }
    const place = hasBacking && cluster < guestClusters ? await filled() : undefined
    if (offset !== 0) tables.unreference({ offset: hostOffset(offset), clusters: 1 })
    if (place === undefined) return unallocatedWords
    return storedWords(geometry, { offset: place, reads: 'content' })
  }

  /** A new cluster full of zeroes. */
  async function filled(): Promise<HostOffset> {
    const run = tables.reserve(1)
    try {
      await tables.writeData(zeroes, run.offset, 'data')
      return run.offset
    } catch (error) {
      tables.unreserve(run)
      throw error
    }
  }
}

const withCopied = (high: number): number => (high >= COPIED_HIGH ? high : high + COPIED_HIGH)

/** The entries with the flag in L2 table `index`, found before any of them is changed. */
function flaggedIn(tables: EditableTables, index: number): number[] {
  const offset = tables.l1.l2OffsetAt(index)
  if (offset === 0) return []
  const words = tables.l2.load(offset)
  const flagged: number[] = []
  for (let entry = 0; entry < tables.geometry.l2Entries; entry++) {
    if (hasZeroFlag(words, entry)) flagged.push(entry)
  }
  return flagged
}
