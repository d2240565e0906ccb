import { sameBytes } from '../../base/same-bytes.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { SECTOR } from '../format/constants.ts'

/** Writes the sectors of a refcount block, at host offset `offset`, that differ from what they were. */
export function writeChangedSectors(
  file: WritableFile,
  offset: number,
  before: Uint8Array,
  after: Uint8Array,
): void {
  for (let at = 0; at < after.length; at += SECTOR) {
    const sector = after.subarray(at, at + SECTOR)
    if (sameBytes(sector, before.subarray(at, at + SECTOR))) continue
    file.writeNow(sector, offset + at, 'refcount-block')
  }
}
