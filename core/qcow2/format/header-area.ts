import { hasBit } from '../../base/word64.ts'
import { decodeName } from '../../base/text.ts'
import { isAligned } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { limits } from './constants.ts'
import {
  decodeBitmapsExtension,
  decodeEncryptionHeader,
  decodeExtensions,
  decodeFeatureNames,
  extensionTypes,
  type BitmapsExtension,
  type EncryptionHeaderExtension,
  type FeatureName,
  type HeaderExtension,
} from './extensions.ts'
import { autoclear, incompatible, refuseUnknownFeatures } from './features.ts'
import { geometryOf, type Geometry } from './geometry.ts'
import {
  checkHeaderFeatures,
  checkHeaderSizes,
  checkHeaderTables,
  type HeaderStrictness,
} from './header-rules.ts'
import { decodeHeader, type HeaderSource, type Qcow2Header } from './header.ts'

/**
 * All that the first cluster of an image says, believed only after every open-time rule held:
 * header, extensions, and the names of files it links to (data, not yet paths).
 */
export interface HeaderArea {
  readonly header: Qcow2Header
  readonly geometry: Geometry
  /** In the order of the file, with those we do not understand. */
  readonly extensions: readonly HeaderExtension[]
  /** False when the end marker of the extensions is missing; QEMU accepts that. */
  readonly extensionsTerminated: boolean
  readonly featureNames: readonly FeatureName[]
  /** As written in the image; undefined when the header names none. */
  readonly backingName: string | undefined
  /** The backing file's format as written; undefined when the image does not say. */
  readonly backingFormat: string | undefined
  /** Name of the external data file; set exactly when guest data lies in one. */
  readonly dataFileName: string | undefined
  /** Guest offset and data file offset are the same (autoclear bit 1). */
  readonly dataFileRaw: boolean
  /** Set when the image has bitmaps that are to be believed (autoclear bit 0). */
  readonly bitmaps: BitmapsExtension | undefined
  /** A bitmaps extension is there, but a writer that does not know bitmaps has cleared their bit. */
  readonly bitmapsStale: boolean
  readonly encryption: 'none' | 'aes' | 'luks'
  readonly encryptionHeader: EncryptionHeaderExtension | undefined
}

export type HeaderAreaAnswer =
  | { readonly kind: 'decoded'; readonly area: HeaderArea }
  /** Read so many bytes from the start of the file (at most one cluster) and ask again. */
  | { readonly kind: 'more'; readonly bytesNeeded: number }

export interface HeaderAreaOptions extends HeaderSource {
  readonly strictness: HeaderStrictness
}

/** What one small read should bring: enough for every header that QEMU writes. */
export const HEADER_AREA_FIRST_READ = 4096

/**
 * Decodes the start of an image file from `bytes`, its first bytes (zeroes past the end of the file).
 * Throws the ImageError that says why the image cannot be opened (qcow2_do_open's rules, in its order).
 */
export function decodeHeaderArea(
  bytes: Uint8Array,
  { fileLength, strictness }: HeaderAreaOptions,
): HeaderAreaAnswer {
  const header = decodeHeader(bytes, { fileLength })
  checkHeaderSizes(header)
  if (header.headerLength > bytes.length) return more(header.headerLength)
  const geometry = geometryOf(header)

  const nameEnd =
    header.backingFileOffset === 0 ? 0 : header.backingFileOffset + header.backingFileSize
  if (nameEnd > bytes.length) return more(nameEnd)
  const decoded = decodeExtensions(bytes, {
    start: header.headerLength,
    end: header.backingFileOffset === 0 ? geometry.clusterSize : header.backingFileOffset,
  })
  if ('moreNeeded' in decoded) return more(decoded.moreNeeded)
  const { extensions } = decoded
  const dataOf = (type: number) => extensions.findLast((entry) => entry.type === type)?.data

  const featureTable = dataOf(extensionTypes.featureNames)
  const featureNames = featureTable === undefined ? [] : decodeFeatureNames(featureTable)
  refuseUnknownFeatures(header.incompatibleFeatures, featureNames)
  checkHeaderFeatures(header)
  checkHeaderTables(header, geometry, strictness)

  const area: HeaderArea = {
    header,
    geometry,
    extensions,
    extensionsTerminated: decoded.terminated,
    featureNames,
    backingName:
      nameEnd === 0 || header.backingFileSize === 0
        ? undefined
        : decodeName(bytes.subarray(header.backingFileOffset, nameEnd)),
    backingFormat: backingFormatOf(dataOf(extensionTypes.backingFormat)),
    dataFileName: dataFileNameOf(header, dataOf(extensionTypes.dataFile)),
    dataFileRaw: hasBit(header.autoclearFeatures, autoclear.dataFileRaw),
    ...bitmapsOf(header, geometry, dataOf(extensionTypes.bitmaps)),
    encryption: encryptionNames[header.cryptMethod] ?? 'none',
    encryptionHeader: encryptionHeaderOf(header, geometry, dataOf(extensionTypes.encryptionHeader)),
  }
  return { kind: 'decoded', area }
}

const encryptionNames = ['none', 'aes', 'luks'] as const

const more = (bytesNeeded: number): HeaderAreaAnswer => ({ kind: 'more', bytesNeeded })

function backingFormatOf(data: Uint8Array | undefined): string | undefined {
  if (data === undefined) return undefined
  if (data.length >= limits.backingFormat) {
    throw invalid('backing file format', 'length', data.length, `less than ${limits.backingFormat}`)
  }
  const name = decodeName(data)
  return name === '' ? undefined : name
}

function dataFileNameOf(header: Qcow2Header, data: Uint8Array | undefined): string | undefined {
  if (!hasBit(header.incompatibleFeatures, incompatible.dataFile)) return undefined
  const name = data === undefined ? '' : decodeName(data)
  // Without a name QEMU wants the file given as an option; there is none to give here.
  if (name === '') throw invalid('external data file name', 'name', 'nothing', 'a file name')
  return name
}

function bitmapsOf(
  header: Qcow2Header,
  geometry: Geometry,
  data: Uint8Array | undefined,
): Pick<HeaderArea, 'bitmaps' | 'bitmapsStale'> {
  if (data === undefined) return { bitmaps: undefined, bitmapsStale: false }
  const bitmaps = decodeBitmapsExtension(data)
  // "…otherwise the extension data must be considered inconsistent": kept and shown, never followed.
  if (!hasBit(header.autoclearFeatures, autoclear.bitmaps)) {
    return { bitmaps: undefined, bitmapsStale: true }
  }
  const structure = 'bitmaps extension'
  if (bitmaps.reserved !== 0) throw invalid(structure, 'reserved', bitmaps.reserved, '0')
  if (bitmaps.count === 0 || bitmaps.count > limits.bitmaps) {
    throw invalid(structure, 'nb_bitmaps', bitmaps.count, `1 to ${limits.bitmaps}`)
  }
  if (!isAligned(bitmaps.directoryOffset, geometry.clusterSize)) {
    const expected = `a multiple of the cluster size (${geometry.clusterSize})`
    throw invalid(structure, 'bitmap_directory_offset', bitmaps.directoryOffset, expected)
  }
  if (bitmaps.directorySize > limits.bitmapDirectory) {
    throw new ImageError('table-too-large', {
      structure: 'bitmap directory',
      offset: bitmaps.directoryOffset,
      found: `${bitmaps.directorySize} bytes`,
      expected: `${limits.bitmapDirectory} bytes`,
    })
  }
  return { bitmaps, bitmapsStale: false }
}

function encryptionHeaderOf(
  header: Qcow2Header,
  geometry: Geometry,
  data: Uint8Array | undefined,
): EncryptionHeaderExtension | undefined {
  const structure = 'encryption header extension'
  if (data === undefined) {
    if (header.cryptMethod !== LUKS) return undefined
    throw invalid(structure, 'presence', 'missing', 'there, since crypt_method is 2 (LUKS)')
  }
  if (header.cryptMethod !== LUKS) {
    throw invalid(structure, 'presence', 'there', 'absent, since crypt_method is not 2 (LUKS)')
  }
  const extension = decodeEncryptionHeader(data)
  if (!isAligned(extension.offset, geometry.clusterSize)) {
    const expected = `a multiple of the cluster size (${geometry.clusterSize})`
    throw invalid(structure, 'offset', extension.offset, expected)
  }
  return extension
}

const LUKS = 2

const invalid = (structure: string, field: string, found: number | string, expected: string) =>
  new ImageError('field-invalid', { structure, field, found, expected })
