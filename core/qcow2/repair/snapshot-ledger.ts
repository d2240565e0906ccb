import { alignUp, isAligned } from '../../base/bits.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { SnapshotLedger } from '../check/snapshot-rules.ts'
import { limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import {
  decodeSnapshotEntry,
  SNAPSHOT_FIXED_BYTES,
  snapshotEntrySize,
  type SnapshotEntry,
} from '../format/snapshot-table.ts'

/** The entries of a snapshot table up to the first one that makes no sense. */
export interface StoredSnapshots {
  readonly entries: readonly SnapshotEntry[]
  /** Bytes of the table up to the end of the last of them, without padding. */
  readonly length: number
  /** The header promises more entries than can be read. */
  readonly overhangs: boolean
}

/**
 * The snapshot table as a repair sees it: what can be read is kept. As in the check, what lies past the
 * end of the file reads as zeroes.
 */
export function readStoredSnapshots(file: BlockFile, area: HeaderArea): StoredSnapshots {
  const { snapshotsOffset: offset, snapshotCount } = area.header
  const entries: SnapshotEntry[] = []
  let end = offset
  const answer = (overhangs: boolean) => ({ entries, length: end - offset, overhangs })
  if (!isAligned(offset, area.geometry.clusterSize)) return answer(snapshotCount > 0)
  const fixed = new Uint8Array(SNAPSHOT_FIXED_BYTES)
  while (entries.length < snapshotCount) {
    if (entries.length === limits.snapshots) return answer(true)
    const at = alignUp(end, 8)
    file.readNow(fixed, at, 'snapshot-table')
    const { extraBytes, bytes: entryBytes } = snapshotEntrySize(fixed, at)
    if (extraBytes > limits.snapshotExtraData) return answer(true)
    if (at + entryBytes - offset > limits.snapshotTable) return answer(true)
    const bytes = new Uint8Array(entryBytes)
    file.readNow(bytes, at, 'snapshot-table')
    entries.push(decodeSnapshotEntry(bytes, at))
    end = at + entryBytes
  }
  return answer(false)
}

/** The table as the rules of the check need it; `place` when its clusters count. */
export function ledgerOf(
  entries: readonly SnapshotEntry[],
  area: HeaderArea,
  place: { readonly offset: number; readonly length: number } = { offset: 0, length: 0 },
): SnapshotLedger {
  return {
    entries: entries.map((entry) => ({
      id: entry.id,
      name: entry.name,
      l1Offset: entry.l1TableOffset,
      l1Aligned: isAligned(entry.l1TableOffset, area.geometry.clusterSize),
      l1Entries: entry.l1Size,
    })),
    tableOffset: place.offset,
    tableLength: place.length,
    name(owner) {
      const entry = entries[owner]
      return entry === undefined ? undefined : { id: entry.id, name: entry.name }
    },
  }
}
