import { alignUp, isAligned } from '../../base/bits.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { SnapshotLedger } from '../check/snapshot-rules.ts'
import { limits, SECTOR } from '../format/constants.ts'
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
  /** Host offset of the table. */
  readonly offset: number
  /** Bytes of the table up to the end of the last of them, without padding. */
  readonly length: number
  /** The header promises more entries than can be read. */
  readonly overhangs: boolean
  /** The table begins where no cluster does: nothing of it is believed. */
  readonly isMisplaced: boolean
  /** Entries have more extra data than the limit; the rest was left out, as QEMU's repair does. */
  readonly cutsExtraData: boolean
}

/** The snapshot table as a repair sees it: what can be read is kept, up to the end of the file. */
export function readStoredSnapshots(file: BlockFile, area: HeaderArea): StoredSnapshots {
  const { snapshotsOffset: offset, snapshotCount } = area.header
  const entries: SnapshotEntry[] = []
  let end = offset
  let cutsExtraData = false
  const isMisplaced = !isAligned(offset, area.geometry.clusterSize)
  const answer = (overhangs: boolean) => ({
    entries,
    offset,
    length: end - offset,
    overhangs,
    isMisplaced,
    cutsExtraData,
  })
  if (isMisplaced) return answer(snapshotCount > 0)
  const fileLength = alignUp(file.size(), SECTOR)
  const fixed = new Uint8Array(SNAPSHOT_FIXED_BYTES)
  while (entries.length < snapshotCount) {
    const at = alignUp(end, 8)
    if (entries.length === limits.snapshots || at >= fileLength) return answer(true)
    file.readNow(fixed, at, 'snapshot-table')
    const { extraBytes, bytes: entryBytes } = snapshotEntrySize(fixed, at)
    if (at + entryBytes - offset > limits.snapshotTable) return answer(true)
    if (at + entryBytes > fileLength) return answer(true)
    cutsExtraData ||= extraBytes > limits.snapshotExtraData
    entries.push(readEntry(file, at, { fixed, extraBytes, entryBytes }))
    end = at + entryBytes
  }
  return answer(false)
}

function readEntry(
  file: BlockFile,
  at: number,
  {
    fixed,
    extraBytes,
    entryBytes,
  }: Readonly<{ fixed: Uint8Array; extraBytes: number; entryBytes: number }>,
): SnapshotEntry {
  const surplus = Math.max(0, extraBytes - limits.snapshotExtraData)
  const bytes = new Uint8Array(entryBytes - surplus)
  const namesAt = SNAPSHOT_FIXED_BYTES + extraBytes - surplus
  file.readNow(bytes.subarray(0, namesAt), at, 'snapshot-table')
  file.readNow(bytes.subarray(namesAt), at + namesAt + surplus, 'snapshot-table')
  bytes.set(fixed)
  new DataView(bytes.buffer).setUint32(36, extraBytes - surplus)
  return decodeSnapshotEntry(bytes, at)
}

/** The table as the rules of the check need it; `place` when its clusters count. */
export function ledgerOf(
  entries: readonly SnapshotEntry[],
  { clusterSize }: { readonly clusterSize: number },
  place: { readonly offset: number; readonly length: number } = { offset: 0, length: 0 },
): SnapshotLedger {
  return {
    entries: entries.map((entry) => ({
      id: entry.id,
      name: entry.name,
      l1Offset: entry.l1TableOffset,
      l1Aligned: isAligned(entry.l1TableOffset, clusterSize),
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
