import { alignUp } from '../../base/bits.ts'
import { hasBit } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { SECTOR } from '../format/constants.ts'
import { extensionTypes } from '../format/extensions.ts'
import { autoclear, incompatible } from '../format/features.ts'
import { decodeHeaderArea, HEADER_AREA_FIRST_READ, type HeaderArea } from '../format/header-area.ts'
import { refcountTableEntries } from '../format/header-rules.ts'
import type { HeaderFacts } from './blind-spots.ts'
import type { CheckSubject } from './subject.ts'

/** Reads the header the way `qemu-img check` does; throws what `decodeHeaderArea` throws. */
export function readHeaderForCheck(file: BlockFile): HeaderArea {
  const fileLength = file.size()
  let length = HEADER_AREA_FIRST_READ
  // The decoder asks for more at most once for each of its parts; each time it names more bytes.
  for (;;) {
    const bytes = new Uint8Array(length)
    file.readNow(bytes, 0, 'header')
    const answer = decodeHeaderArea(bytes, { fileLength, strictness: 'check' })
    if (answer.kind === 'decoded') return answer.area
    if (answer.bytesNeeded <= length) {
      throw new ImageError('internal', { structure: 'header', found: answer.bytesNeeded })
    }
    length = answer.bytesNeeded
  }
}

export function checkSubjectOf(file: BlockFile, area: HeaderArea): CheckSubject {
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
    dataFileRawBit: hasBit(header.autoclearFeatures, autoclear.dataFileRaw),
  }
}
