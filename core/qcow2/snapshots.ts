import { alignUp } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { limits } from './format/constants.ts'
import type { HeaderArea } from './format/header-area.ts'
import {
  decodeSnapshotEntry,
  SNAPSHOT_FIXED_BYTES,
  snapshotEntrySize,
  type SnapshotEntry,
} from './format/snapshot-table.ts'

/**
 * The snapshot table, entry by entry: sizes are compared with QEMU's limits and with the file before
 * anything is allocated for them. Throws `structure-damaged` or `table-too-large`.
 */
export function readSnapshots(file: BlockFile, { header }: HeaderArea): SnapshotEntry[] {
  const entries: SnapshotEntry[] = []
  const fixed = new Uint8Array(SNAPSHOT_FIXED_BYTES)
  const fileLength = file.size()
  let at = header.snapshotsOffset
  while (entries.length < header.snapshotCount) {
    mustEndInFile(at, SNAPSHOT_FIXED_BYTES)
    file.readNow(fixed, at, 'snapshot-table')
    const { extraBytes, bytes } = snapshotEntrySize(fixed, at)
    if (extraBytes > limits.snapshotExtraData) {
      throw new ImageError('table-too-large', {
        path: file.name,
        structure: 'snapshot table entry',
        offset: at,
        found: `${extraBytes} bytes of extra data`,
        limit: limits.snapshotExtraData,
      })
    }
    if (at + bytes - header.snapshotsOffset > limits.snapshotTable) {
      throw new ImageError('table-too-large', {
        path: file.name,
        structure: 'snapshot table',
        offset: header.snapshotsOffset,
        found: `more than ${limits.snapshotTable} bytes`,
        limit: limits.snapshotTable,
      })
    }
    mustEndInFile(at, bytes)
    const entry = new Uint8Array(bytes)
    file.readNow(entry, at, 'snapshot-table')
    entries.push(decodeSnapshotEntry(entry, at))
    at += alignUp(bytes, 8)
  }
  return entries

  function mustEndInFile(offset: number, length: number): void {
    if (offset + length <= fileLength) return
    throw new ImageError('structure-damaged', {
      path: file.name,
      structure: 'snapshot table',
      offset,
      found: `a file that ends at ${fileLength}`,
      expected: `${length} bytes of entry`,
    })
  }
}
