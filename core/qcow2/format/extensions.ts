import { alignUp } from '../../base/bits.ts'
import { BinaryView, BinaryWriter } from '../../base/binary.ts'
import { decodeName, encodeName } from '../../base/text.ts'
import { ImageError } from '../../errors/image-error.ts'
import { featureClasses, type FeatureClass } from './features.ts'

/** Types of header extensions we understand. qcow2 specification, "Header extensions". */
export const extensionTypes = {
  end: 0,
  backingFormat: 0xe2792aca,
  featureNames: 0x6803f857,
  bitmaps: 0x23852875,
  encryptionHeader: 0x0537be77,
  dataFile: 0x44415441,
} as const

/** One header extension as it stands in the file. Unknown ones are kept, in order, byte for byte. */
export interface HeaderExtension {
  readonly type: number
  readonly data: Uint8Array
}

/** How people call a type. */
export function nameOfExtension(type: number): string {
  switch (type) {
    case extensionTypes.backingFormat:
      return 'backing file format'
    case extensionTypes.featureNames:
      return 'feature name table'
    case extensionTypes.bitmaps:
      return 'bitmaps'
    case extensionTypes.encryptionHeader:
      return 'full disk encryption header'
    case extensionTypes.dataFile:
      return 'external data file name'
    default:
      return 'unknown'
  }
}

export interface ExtensionArea {
  /** Where extensions begin: header_length. */
  readonly start: number
  /** Where they end at the latest: the backing file's name, or the end of the first cluster. */
  readonly end: number
}

export interface DecodedExtensions {
  readonly extensions: readonly HeaderExtension[]
  /** Whether the end marker was there; QEMU accepts an area that is simply full. */
  readonly terminated: boolean
}

/**
 * The extensions in the first bytes of the file; `moreNeeded` when `bytes` end before they do. Throws
 * `structure-damaged` for one that leaves its area.
 */
export function decodeExtensions(
  bytes: Uint8Array,
  { start, end }: ExtensionArea,
): DecodedExtensions | { readonly moreNeeded: number } {
  const view = new BinaryView(bytes, { structure: 'header extensions', offset: 0 })
  const extensions: HeaderExtension[] = []
  let at = start
  while (at < end) {
    if (at + PREFIX > end) throw leavesArea(at, PREFIX, end)
    if (at + PREFIX > bytes.length) return { moreNeeded: at + PREFIX }
    const type = view.u32(at)
    const length = view.u32(at + 4)
    at += PREFIX
    // Before the type: QEMU refuses an end marker that claims a length, too.
    if (length > end - at) throw leavesArea(at - PREFIX, length, end)
    if (type === extensionTypes.end) return { extensions, terminated: true }
    if (at + length > bytes.length) return { moreNeeded: at + length }
    extensions.push({ type, data: view.bytes(at, length) })
    at += alignUp(length, 8)
  }
  return { extensions, terminated: false }
}

/** The extensions with their padding and the end marker. */
export function encodeExtensions(extensions: readonly HeaderExtension[]): Uint8Array {
  const length = extensions.reduce(
    (sum, { data }) => sum + PREFIX + alignUp(data.length, 8),
    PREFIX,
  )
  const writer = new BinaryWriter(length)
  let at = 0
  for (const { type, data } of extensions) {
    writer.u32(at, type)
    writer.u32(at + 4, data.length)
    writer.put(at + PREFIX, data)
    at += PREFIX + alignUp(data.length, 8)
  }
  return writer.bytes
}

const PREFIX = 8

const leavesArea = (offset: number, length: number, end: number) =>
  new ImageError('structure-damaged', {
    structure: 'header extension',
    offset,
    found: `${length} bytes that go on past offset 0x${end.toString(16)}`,
    expected: 'an extension inside the first cluster, before the backing file name',
  })

/** One row of the image's own table of feature names: what to call a bit we do not know. */
export interface FeatureName {
  readonly class: FeatureClass
  readonly bit: number
  readonly name: string
}

const FEATURE_NAME_BYTES = 48

/** Rows of a class that is not known are passed over; the rest of a cut last row too. */
export function decodeFeatureNames(data: Uint8Array): FeatureName[] {
  const names: FeatureName[] = []
  for (let at = 0; at + FEATURE_NAME_BYTES <= data.length; at += FEATURE_NAME_BYTES) {
    const featureClass = featureClasses[data[at] ?? featureClasses.length]
    if (featureClass === undefined) continue
    const name = decodeName(data.subarray(at + 2, at + FEATURE_NAME_BYTES))
    names.push({ class: featureClass, bit: data[at + 1] ?? 0, name })
  }
  return names
}

/** Names longer than 46 bytes of UTF-8 are cut. */
export function encodeFeatureNames(names: readonly FeatureName[]): Uint8Array {
  const writer = new BinaryWriter(names.length * FEATURE_NAME_BYTES)
  for (const [index, entry] of names.entries()) {
    const at = index * FEATURE_NAME_BYTES
    writer.u8(at, featureClasses.indexOf(entry.class))
    writer.u8(at + 1, entry.bit)
    writer.put(at + 2, encodeName(entry.name).subarray(0, FEATURE_NAME_BYTES - 2))
  }
  return writer.bytes
}

/** Where the bitmap directory is. qcow2 specification, "Bitmaps extension". */
export interface BitmapsExtension {
  readonly count: number
  /** Must be 0. */
  readonly reserved: number
  /** Bytes. */
  readonly directorySize: number
  readonly directoryOffset: number
}

const BITMAPS_EXTENSION_BYTES = 24

export function decodeBitmapsExtension(data: Uint8Array): BitmapsExtension {
  mustBe(data, BITMAPS_EXTENSION_BYTES, 'bitmaps extension')
  const view = new BinaryView(data, { structure: 'bitmaps extension', offset: 0 })
  return {
    count: view.u32(0),
    reserved: view.u32(4),
    directorySize: view.u64(8, 'bitmap_directory_size'),
    directoryOffset: view.u64(16, 'bitmap_directory_offset'),
  }
}

export function encodeBitmapsExtension(extension: BitmapsExtension): Uint8Array {
  const writer = new BinaryWriter(BITMAPS_EXTENSION_BYTES)
  writer.u32(0, extension.count)
  writer.u32(4, extension.reserved)
  writer.u64(8, extension.directorySize)
  writer.u64(16, extension.directoryOffset)
  return writer.bytes
}

/** Where the LUKS header is. qcow2 specification, "Full disk encryption header pointer". */
export interface EncryptionHeaderExtension {
  readonly offset: number
  /** Bytes. */
  readonly length: number
}

const ENCRYPTION_EXTENSION_BYTES = 16

export function decodeEncryptionHeader(data: Uint8Array): EncryptionHeaderExtension {
  mustBe(data, ENCRYPTION_EXTENSION_BYTES, 'encryption header extension')
  const view = new BinaryView(data, { structure: 'encryption header extension', offset: 0 })
  return { offset: view.u64(0, 'offset'), length: view.u64(8, 'length') }
}

export function encodeEncryptionHeader(extension: EncryptionHeaderExtension): Uint8Array {
  const writer = new BinaryWriter(ENCRYPTION_EXTENSION_BYTES)
  writer.u64(0, extension.offset)
  writer.u64(8, extension.length)
  return writer.bytes
}

function mustBe(data: Uint8Array, length: number, structure: string): void {
  if (data.length === length) return
  throw new ImageError('field-invalid', {
    structure,
    field: 'length',
    found: data.length,
    expected: `${length} bytes`,
  })
}
