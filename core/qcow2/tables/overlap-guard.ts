import { alignUp } from '../../base/bits.ts'
import { hasBit, word64, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { L1_ENTRY_BYTES } from '../format/constants.ts'
import { autoclear, incompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { encodeSnapshotEntry } from '../format/snapshot-table.ts'
import { readSnapshots } from '../snapshots.ts'
import type { L1Editor } from './l1-editor.ts'
import { MetadataMap } from './metadata-map.ts'
import type { RefcountEditor } from './refcount-editor.ts'

/** All metadata of an image, from the tables that are in memory anyway and the snapshot table. */
export function mapMetadata(
  file: WritableFile,
  area: HeaderArea,
  { l1, refcounts }: { readonly l1: L1Editor; readonly refcounts: RefcountEditor },
): MetadataMap {
  const { header, geometry } = area
  const { clusterSize } = geometry
  const map = new MetadataMap(clusterSize)
  map.add('header', 0, clusterSize)
  map.add('L1 table', l1.place.offset, l1.place.entries * L1_ENTRY_BYTES)
  for (const offset of l1.l2Offsets()) map.add('L2 table', offset, clusterSize)
  map.add('refcount table', header.refcountTableOffset, header.refcountTableClusters * clusterSize)
  for (const offset of refcounts.blockOffsets()) map.add('refcount block', offset, clusterSize)
  const snapshots = readSnapshots(file, header)
  let bytes = 0
  for (const entry of snapshots) {
    bytes = alignUp(bytes, 8) + encodeSnapshotEntry(entry).length
    map.add('snapshot L1 table', entry.l1TableOffset, entry.l1Size * L1_ENTRY_BYTES)
  }
  map.add('snapshot table', header.snapshotsOffset, bytes)
  const { bitmaps } = area
  if (bitmaps !== undefined && hasBit(header.autoclearFeatures, autoclear.bitmaps)) {
    map.add('bitmap directory', bitmaps.directoryOffset, bitmaps.directorySize)
  }
  return map
}

/** The incompatible features with the corrupt bit, which keeps every tool from writing (version 3 only). */
export const withCorruptBit = ({ high, low }: Word64): Word64 =>
  word64(high, low + (hasBit({ high, low }, incompatible.corrupt) ? 0 : 2 ** incompatible.corrupt))

export const overlapRefused = (
  path: string,
  hit: { readonly kind: string; readonly offset: number },
  what: string,
): ImageError =>
  new ImageError('overlap-refused', {
    path,
    offset: hit.offset,
    structure: hit.kind,
    found: what,
  })
