import { ImageError } from '../../errors/image-error.ts'
import { pow2 } from '../../base/bits.ts'
import { limits } from './constants.ts'
import { encodeExtensions, type HeaderExtension } from './extensions.ts'
import { encodeHeader, type Qcow2Header } from './header.ts'

export interface HeaderAreaContent {
  /** Its backing file fields are not looked at: they follow from `backingName`. */
  readonly header: Qcow2Header
  readonly extensions: readonly HeaderExtension[]
  /** As it is to stand in the file; undefined for no backing file. */
  readonly backingName: Uint8Array | undefined
}

export interface EncodedHeaderArea {
  readonly header: Qcow2Header
  /** From the start of the file to the last byte of the area. */
  readonly bytes: Uint8Array
  /** Where the extensions end, their end marker included. */
  readonly extensionsEnd: number
}

/**
 * The start of an image file: header, extensions with their end marker, and the backing file's name
 * right behind them, as QEMU writes it, or at `nameAt`. Throws `names-too-long` when that leaves the
 * first cluster or the 1,023 bytes of a name (qcow2 specification, "Header").
 */
export function encodeHeaderArea(
  { header, extensions, backingName }: HeaderAreaContent,
  { nameAt }: { readonly nameAt?: number } = {},
): EncodedHeaderArea {
  const encodedExtensions = encodeExtensions(extensions)
  const extensionsEnd = header.headerLength + encodedExtensions.length
  const nameOffset = backingName === undefined ? 0 : (nameAt ?? extensionsEnd)
  const nameLength = backingName?.length ?? 0
  const end = Math.max(extensionsEnd, nameOffset + nameLength)
  const clusterSize = pow2(header.clusterBits)
  if (nameLength > limits.backingName) {
    throw tooLong('The name of the backing file', nameLength, limits.backingName)
  }
  if (end > clusterSize) throw tooLong('The header with its names', end, clusterSize)

  const placed = { ...header, backingFileOffset: nameOffset, backingFileSize: nameLength }
  const bytes = new Uint8Array(end)
  bytes.set(encodeHeader(placed))
  bytes.set(encodedExtensions, header.headerLength)
  if (backingName !== undefined) bytes.set(backingName, nameOffset)
  return { header: placed, bytes, extensionsEnd }
}

const tooLong = (structure: string, found: number, limit: number) =>
  new ImageError('names-too-long', { structure, found, limit })
