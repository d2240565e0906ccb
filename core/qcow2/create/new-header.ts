import { word64, zeroWord } from '../../base/word64.ts'
import { encodeName } from '../../base/text.ts'
import { pow2 } from '../../base/bits.ts'
import { V2_HEADER_LENGTH, V3_HEADER_LENGTH } from '../format/constants.ts'
import { encodeHeaderArea } from '../format/encode-header-area.ts'
import { encodeFeatureNames, extensionTypes, type HeaderExtension } from '../format/extensions.ts'
import {
  autoclear,
  compatible,
  incompatible,
  namesFeatures,
  ownFeatureNames,
} from '../format/features.ts'
import type { Qcow2Header } from '../format/header.ts'
import type { ImageLayout } from './image-layout.ts'
import type { Qcow2Settings } from './settings.ts'

/** Names that the new image gives other files, as they are to stand in it. */
export interface LinkedNames {
  readonly backing?: { readonly name: string; readonly format: string } | undefined
  readonly dataFile?: string | undefined
}

/** What of a layout stands in the header. */
export type HeaderLayout = Pick<ImageLayout, 'virtualSize' | 'l1' | 'refcountTable'>

/** The bytes of the header area of a new image. Throws `names-too-long`. */
export function newHeaderArea(
  settings: Qcow2Settings,
  layout: HeaderLayout,
  names: LinkedNames,
): Uint8Array {
  const { bytes } = encodeHeaderArea({
    header: newHeader(settings, layout),
    extensions: extensionsOf(settings, names),
    backingName: names.backing === undefined ? undefined : encodeName(names.backing.name),
  })
  return bytes
}

export function newHeader(settings: Qcow2Settings, layout: HeaderLayout): Qcow2Header {
  const { version, clusterSize } = settings
  const isZstd = settings.compressionType === 'zstd'
  return {
    version,
    backingFileOffset: 0,
    backingFileSize: 0,
    clusterBits: settings.clusterBits,
    size: layout.virtualSize,
    cryptMethod: 0,
    l1Size: layout.l1.length / 8,
    l1TableOffset: layout.l1.offset,
    refcountTableOffset: layout.refcountTable.offset,
    refcountTableClusters: layout.refcountTable.length / clusterSize,
    snapshotCount: 0,
    snapshotsOffset: 0,
    incompatibleFeatures: bits([
      settings.dataFile !== 'none' && incompatible.dataFile,
      isZstd && incompatible.compressionType,
      settings.extendedL2 && incompatible.extendedL2,
    ]),
    compatibleFeatures: bits([settings.lazyRefcounts && compatible.lazyRefcounts]),
    autoclearFeatures: bits([settings.dataFile === 'raw' && autoclear.dataFileRaw]),
    refcountOrder: settings.refcountOrder,
    headerLength: version === 2 ? V2_HEADER_LENGTH : V3_HEADER_LENGTH,
    compressionType: isZstd ? 1 : 0,
    unknownFields: new Uint8Array(0),
  }
}

function extensionsOf(settings: Qcow2Settings, names: LinkedNames): HeaderExtension[] {
  const extensions: HeaderExtension[] = []
  if (names.backing !== undefined) {
    extensions.push({ type: extensionTypes.backingFormat, data: encodeName(names.backing.format) })
  }
  if (names.dataFile !== undefined) {
    extensions.push({ type: extensionTypes.dataFile, data: encodeName(names.dataFile) })
  }
  if (settings.version === 3 && namesFeatures(settings.clusterSize)) {
    const data = encodeFeatureNames(ownFeatureNames)
    extensions.push({ type: extensionTypes.featureNames, data })
  }
  return extensions
}

/** The word with these bits (0 to 31), `false` for those that are not wanted. */
const bits = (wanted: readonly (number | false)[]) =>
  wanted.reduce<typeof zeroWord>(
    (word, bit) => (bit === false ? word : word64(word.high, word.low + pow2(bit))),
    zeroWord,
  )
