import { pow2 } from '../../base/bits.ts'
import { word64, type Word64 } from '../../base/word64.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { V3_HEADER_LENGTH } from '../format/constants.ts'
import { encodeHeaderArea } from '../format/encode-header-area.ts'
import {
  encodeBitmapsExtension,
  extensionTypes,
  type BitmapsExtension,
  type HeaderExtension,
} from '../format/extensions.ts'
import { incompatible, knownAutoclear } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'

/** What is elsewhere in the new file. */
export interface NewPlaces {
  readonly fields: Pick<
    Qcow2Header,
    'l1TableOffset' | 'snapshotsOffset' | 'refcountTableOffset' | 'refcountTableClusters'
  >
  readonly bitmaps: BitmapsExtension | undefined
  readonly compressionType: 'zlib' | 'zstd'
}

/**
 * The header area of the new file: names, extensions and fields as they were, those we do not know too. A
 * bitmaps extension that is not to be believed any more leads nowhere, and is left out; autoclear bits that
 * we do not know are cleared, as the specification asks of every writer, and so is the dirty bit. Throws `names-too-long`.
 */
export function rewrittenHeader(file: BlockFile, area: HeaderArea, places: NewPlaces): Uint8Array {
  const { bytes } = encodeHeaderArea({
    header: headerOf(area, places),
    extensions: [...extensionsOf(area, places)],
    backingName: backingNameOf(file, area),
  })
  return bytes
}

function headerOf({ header }: HeaderArea, { fields, compressionType }: NewPlaces): Qcow2Header {
  const moved = { ...header, ...fields }
  if (header.version === 2) return moved
  const isZstd = compressionType === 'zstd'
  const incompatibleFeatures = withBits(header.incompatibleFeatures, {
    clear: pow2(incompatible.dirty) + pow2(incompatible.compressionType),
    set: isZstd ? pow2(incompatible.compressionType) : 0,
  })
  return {
    ...moved,
    compressionType: isZstd ? 1 : 0,
    incompatibleFeatures,
    autoclearFeatures: knownAutoclear(header.autoclearFeatures),
    // A short header ends before the field.
    headerLength: isZstd ? Math.max(header.headerLength, V3_HEADER_LENGTH) : header.headerLength,
  }
}

function* extensionsOf(
  { extensions }: HeaderArea,
  { bitmaps }: NewPlaces,
): Generator<HeaderExtension> {
  for (const extension of extensions) {
    if (extension.type !== extensionTypes.bitmaps) yield extension
    else if (bitmaps !== undefined) {
      yield { type: extension.type, data: encodeBitmapsExtension(bitmaps) }
    }
  }
}

/** As it stands in the file: a name need not be UTF-8. */
function backingNameOf(file: BlockFile, { header, backingName }: HeaderArea) {
  if (backingName === undefined) return undefined
  const name = new Uint8Array(header.backingFileSize)
  file.readNow(name, header.backingFileOffset, 'header')
  return name
}

const withBits = (
  { high, low }: Word64,
  { clear, set }: { readonly clear: number; readonly set: number },
): Word64 => word64(high, (low & ~clear) | set)
