import { alignUp } from '../../base/bits.ts'
import { hasBit } from '../../base/word64.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { SECTOR } from '../format/constants.ts'
import { extensionTypes } from '../format/extensions.ts'
import { autoclear, incompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { refcountTableEntries } from '../format/header-rules.ts'
import type { HeaderFacts } from './blind-spots.ts'
import type { CheckSubject } from './subject.ts'

/** `dataFileLength`: undefined when there is no external data file or it may not be opened. */
export function checkSubjectOf(
  file: BlockFile,
  area: HeaderArea,
  dataFileLength?: number,
): CheckSubject {
  const { header, geometry } = area
  return {
    file,
    fileLength: alignUp(file.size(), SECTOR),
    version: header.version,
    clusterBits: geometry.clusterBits,
    clusterSize: geometry.clusterSize,
    virtualSize: geometry.virtualSize,
    l2EntryBytes: geometry.hasSubclusters ? 16 : 8,
    l2Entries: geometry.l2Entries,
    refcountOrder: geometry.refcountOrder,
    l1: { offset: header.l1TableOffset, entries: header.l1Size },
    refcountTable: {
      offset: header.refcountTableOffset,
      entries: refcountTableEntries(header, geometry),
    },
    snapshots: { offset: header.snapshotsOffset, count: header.snapshotCount },
    hasDataFile: hasBit(header.incompatibleFeatures, incompatible.dataFile),
    dataFileRaw: area.dataFileRaw,
    dataFileLength,
    cryptoHeader: area.encryptionHeader,
    bitmaps: area.bitmaps,
    compression: header.compressionType === 1 ? 'zstd' : 'zlib',
  }
}

export function headerFactsOf({
  header,
  extensions,
  extensionsTerminated,
}: HeaderArea): HeaderFacts {
  return {
    headerLength: header.headerLength,
    extensionsTerminated,
    markedCorrupt: hasBit(header.incompatibleFeatures, incompatible.corrupt),
    markedDirty: hasBit(header.incompatibleFeatures, incompatible.dirty),
    bitmapsBit: hasBit(header.autoclearFeatures, autoclear.bitmaps),
    hasBitmapsExtension: extensions.some(({ type }) => type === extensionTypes.bitmaps),
  }
}
