import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import type { EntryWords, ImageTables } from '../tables/image-tables.ts'
import {
  isUnallocated,
  mustBeReference,
  unallocatedWords,
  unreferenceEntry,
} from './entry-words.ts'
import { punchFreed } from './punch-freed.ts'

/** Bytes of tables that are let go between two commits: each entry waits in memory until then. */
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * Makes every guest cluster from `firstCluster` on unallocated and drops the L2 tables that map nothing
 * else. Nothing there is part of the disk: what was cut off, what another program left behind, or a VM
 * state that QEMU keeps past the end (its snapshot has references of its own). Commits on the way; the
 * last changes wait for the caller's commit. Stopped halfway, the rest is there still, referenced and
 * counted as before.
 */
export async function clearPastEnd(
  tables: ImageTables,
  firstCluster: number,
  { signal, pause: gate, onProgress }: OperationContext,
): Promise<void> {
  const { l2Entries, clusterSize } = tables.geometry
  const { l1Size } = tables.area.header
  const breathe = breather(signal, { pause: gate })
  const first = Math.floor(firstCluster / l2Entries)
  let waiting = 0
  for (let index = first; index < l1Size; index++) {
    if (tables.l1.l2OffsetAt(index) !== 0) {
      const start = Math.max(firstCluster - index * l2Entries, 0)
      if (start === 0) clearTable(tables, index)
      else clearEntries(tables, { index, start })
      waiting += clusterSize
    }
    if (waiting > BATCH_BYTES) {
      await tables.commit()
      // Now, and not all at the end: of a fragmented image there may be millions.
      punchFreed(tables)
      waiting = 0
    }
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({
        phase: 'tables',
        done: index - first,
        total: l1Size - first,
        unit: 'clusters',
      })
      await pause
    }
  }
}

/** A whole table goes: no entry is written, also where a snapshot shares it. */
function clearTable(tables: ImageTables, index: number): void {
  const words = tables.l2.load(tables.l1.l2OffsetAt(index))
  const stride = tables.geometry.l2EntryBytes / 4
  const referencesIn = (
    visit: (entry: { readonly high: number; readonly low: number }) => void,
  ) => {
    for (let at = 0; at < words.length; at += stride) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      if (low !== 0 || high !== 0) visit({ high, low })
    }
  }
  referencesIn((entry) => {
    mustBeReference(tables, entry)
  })
  referencesIn((entry) => {
    unreferenceEntry(tables, entry)
  })
  tables.dropL2(index)
}

function clearEntries(
  tables: ImageTables,
  { index, start }: { readonly index: number; readonly start: number },
): void {
  const { l2Entries } = tables.geometry
  const entry: EntryWords = { ...unallocatedWords }
  for (let cluster = index * l2Entries + start; cluster < (index + 1) * l2Entries; cluster++) {
    tables.entry(cluster, entry)
    if (isUnallocated(entry)) continue
    mustBeReference(tables, entry)
    // Making the table our own can fail, on a full file: before anything is let go.
    tables.setEntry(cluster, unallocatedWords)
    unreferenceEntry(tables, entry)
  }
}
