import { alignUp } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { limits } from './format/constants.ts'
import type { Qcow2Header } from './format/header.ts'
import {
  decodeSnapshotEntry,
  SNAPSHOT_FIXED_BYTES,
  snapshotEntrySize,
  type SnapshotEntry,
} from './format/snapshot-table.ts'

/**
 * The snapshot table, entry by entry: only an entry that is whole inside the file and the limits is ever
 * given memory. Throws `structure-damaged` or `table-too-large`.
 */
export function readSnapshots(file: BlockFile, header: Qcow2Header): SnapshotEntry[] {
  if (header.snapshotCount > limits.snapshots) {
    throw tooLarge(
      file,
      header.snapshotsOffset,
      `${header.snapshotCount} entries`,
      limits.snapshots,
    )
  }
  const fileLength = file.size()
  const fixed = new Uint8Array(SNAPSHOT_FIXED_BYTES)
  const entries: SnapshotEntry[] = []
  let at = header.snapshotsOffset
  while (entries.length < header.snapshotCount) {
    if (at + SNAPSHOT_FIXED_BYTES > fileLength) throw endsInside(file, at, fileLength)
    file.readNow(fixed, at, 'snapshot-table')
    const size = snapshotEntrySize(fixed, at)
    if (size.extraBytes > limits.snapshotExtraData) {
      throw tooLarge(file, at, `${size.extraBytes} bytes of extra data`, limits.snapshotExtraData)
    }
    if (at + size.bytes > fileLength) throw endsInside(file, at, fileLength)
    const bytes = new Uint8Array(size.bytes)
    file.readNow(bytes, at, 'snapshot-table')
    entries.push(decodeSnapshotEntry(bytes, at))
    at = alignUp(at + size.bytes, 8)
    if (at - header.snapshotsOffset > limits.snapshotTable) {
      throw tooLarge(file, header.snapshotsOffset, 'more bytes', limits.snapshotTable)
    }
  }
  return entries
}

const endsInside = (file: BlockFile, offset: number, fileLength: number) =>
  new ImageError('structure-damaged', {
    path: file.name,
    structure: 'snapshot table',
    offset,
    found: `a file that ends at ${fileLength}`,
    expected: 'a whole entry',
  })

const tooLarge = (file: BlockFile, offset: number, found: string, limit: number) =>
  new ImageError('table-too-large', {
    path: file.name,
    structure: 'snapshot table',
    offset,
    found,
    limit,
  })
