import { alignUp } from '../../base/bits.ts'
import { BinaryWriter } from '../../base/binary.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { V2_HEADER_LENGTH } from '../format/constants.ts'
import { extensionTypes } from '../format/extensions.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { NameKeeper } from './names.ts'

/** Fields up to and with compression_type; what follows belongs to programs we do not know. */
const knownHeaderBytes = 105
const extensionPrefix = 8

const knownExtensions: ReadonlySet<number> = new Set([
  extensionTypes.backingFormat,
  extensionTypes.featureNames,
  extensionTypes.bitmaps,
  extensionTypes.encryptionHeader,
  extensionTypes.dataFile,
])

/**
 * The header area without what nobody reads: header, extensions and the backing file's name stand where they
 * stood, fields and extensions of a kind that we do not know are zero, and so is all that lies around them.
 */
export function cleanHeader(file: BlockFile, area: HeaderArea, names: NameKeeper): Uint8Array {
  const { header, extensions, extensionsTerminated } = area
  const hasBackingName = header.backingFileOffset !== 0 && header.backingFileSize > 0
  const nameEnd = hasBackingName ? header.backingFileOffset + header.backingFileSize : 0
  const extensionsEnd =
    extensions.reduce(
      (at, { data }) => at + extensionPrefix + alignUp(data.length, 8),
      header.headerLength,
    ) + (extensionsTerminated ? extensionPrefix : 0)
  const stored = new Uint8Array(Math.max(nameEnd, header.headerLength))
  file.readNow(stored, 0, 'header')
  const writer = new BinaryWriter(Math.max(nameEnd, extensionsEnd))
  const fieldsEnd = header.version === 2 ? V2_HEADER_LENGTH : knownHeaderBytes
  writer.put(0, stored.subarray(0, Math.min(fieldsEnd, header.headerLength)))
  // Before the extensions: where a damaged header lets it lie over them, they are what is read.
  if (hasBackingName) {
    const name = names.backingFile(stored.subarray(header.backingFileOffset, nameEnd))
    if (header.backingFileOffset >= extensionsEnd) writer.put(header.backingFileOffset, name)
  }
  let at = header.headerLength
  for (const { type, data } of extensions) {
    writer.u32(at, type)
    writer.u32(at + 4, data.length)
    if (type === extensionTypes.dataFile) writer.put(at + extensionPrefix, names.dataFile(data))
    else if (knownExtensions.has(type)) writer.put(at + extensionPrefix, data)
    at += extensionPrefix + alignUp(data.length, 8)
  }
  return writer.bytes
}
