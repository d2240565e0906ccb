import { pow2 } from '../base/bits.ts'
import { printable } from '../base/text.ts'
import { hasBit } from '../base/word64.ts'
import { readBitmaps } from '../qcow2/bitmap-list.ts'
import { bitmapFlags, type BitmapEntry } from '../qcow2/format/bitmap-directory.ts'
import { nameOfExtension } from '../qcow2/format/extensions.ts'
import { compatible, hasIncompatible, namesOfFeatures } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { BitmapInfo, Qcow2Info } from './image-info.ts'

/** The header's facts in words and plain numbers; reads the bitmap directory. */
export function describeQcow2(file: BlockFile, area: HeaderArea): Qcow2Info {
  const { header, geometry } = area
  const { incompatibleFeatures, compatibleFeatures, autoclearFeatures } = header
  return {
    version: header.version,
    clusterSize: geometry.clusterSize,
    refcountBits: geometry.refcountBits,
    ...describeFlags(area),
    encryption: area.encryption,
    dataFile: area.dataFileName,
    dataFileRaw: area.dataFileRaw,
    headerLength: header.headerLength,
    l1Offset: header.l1TableOffset,
    l1Entries: header.l1Size,
    refcountTableOffset: header.refcountTableOffset,
    refcountTableClusters: header.refcountTableClusters,
    features: {
      incompatible: namesOfFeatures('incompatible', incompatibleFeatures, area.featureNames),
      compatible: namesOfFeatures('compatible', compatibleFeatures, area.featureNames),
      autoclear: namesOfFeatures('autoclear', autoclearFeatures, area.featureNames),
    },
    extensions: area.extensions.map(({ type, data }) => ({
      type,
      name: nameOfExtension(type),
      length: data.length,
    })),
    bitmaps: readBitmaps(file, area).map(describeBitmap),
  }
}

/** The facts that a library row shows too. */
export function describeFlags({ header, geometry }: HeaderArea) {
  return {
    lazyRefcounts: hasBit(header.compatibleFeatures, compatible.lazyRefcounts),
    dirty: hasIncompatible(header.incompatibleFeatures, 'dirty'),
    corrupt: hasIncompatible(header.incompatibleFeatures, 'corrupt'),
    compressionType: header.compressionType === 1 ? 'zstd' : 'zlib',
    extendedL2: geometry.hasSubclusters,
  } as const
}

function describeBitmap({ name, granularityBits, flags }: BitmapEntry): BitmapInfo {
  const isSet = (flag: number) => Math.floor(flags / flag) % 2 === 1
  return {
    name: printable(name),
    granularity: pow2(granularityBits),
    flags: [
      ...(isSet(bitmapFlags.inUse) ? (['in-use'] as const) : []),
      ...(isSet(bitmapFlags.auto) ? (['auto'] as const) : []),
    ],
  }
}
