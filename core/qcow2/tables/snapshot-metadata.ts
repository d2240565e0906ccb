import { alignUp } from '../../base/bits.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { L1_ENTRY_BYTES, limits } from '../format/constants.ts'
import type { Qcow2Header } from '../format/header.ts'
import { encodeSnapshotEntry } from '../format/snapshot-table.ts'
import { readSnapshots } from '../snapshots.ts'

/** Where the snapshot table says that it and the L1 tables of the snapshots lie. Throws as `readSnapshots`. */
export function* snapshotMetadata(
  file: BlockFile,
  header: Qcow2Header,
): Generator<{
  readonly kind: 'snapshot table' | 'snapshot L1 table'
  readonly offset: number
  readonly bytes: number
}> {
  let length = 0
  for (const entry of readSnapshots(file, header)) {
    length = alignUp(length, 8) + encodeSnapshotEntry(entry).length
    // One that is longer is no table for any reader.
    const bytes = Math.min(entry.l1Size * L1_ENTRY_BYTES, limits.l1Table)
    yield { kind: 'snapshot L1 table', offset: entry.l1TableOffset, bytes }
  }
  if (length > 0) yield { kind: 'snapshot table', offset: header.snapshotsOffset, bytes: length }
}
