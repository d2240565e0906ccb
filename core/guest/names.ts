import { sameBytes } from '../base/same-bytes.ts'
import { decodeName, encodeName, printable } from '../base/text.ts'
import type { FileSystem } from './file-system.ts'

/** A label of a superblock: up to the first NUL, safe to show; undefined for an empty one. */
export function nameOf(bytes: Uint8Array): string | undefined {
  return shown(decodeName(bytes))
}

/** Filled with spaces at its end, as FAT does. */
export function paddedNameOf(bytes: Uint8Array): string | undefined {
  return shown(decodeName(bytes).trimEnd())
}

const utf16 = new TextDecoder('utf-16le')

export function utf16NameOf(bytes: Uint8Array): string | undefined {
  return shown(utf16.decode(bytes).split('\0')[0] ?? '')
}

const shown = (name: string): string | undefined => (name === '' ? undefined : printable(name))

/** A serial number of 32 bits, as Windows and Linux print it. */
export function serialOf(serial: number): string {
  const digits = serial.toString(16).padStart(8, '0').toUpperCase()
  return `${digits.slice(0, 4)}-${digits.slice(4)}`
}

export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return sameBytes(bytes.subarray(at, at + text.length), encodeName(text))
}

/** A size that no disk reaches is none that anybody could compare with. */
export const withSaneSize = (found: FileSystem): FileSystem =>
  found.size === undefined || (found.size > 0 && Number.isSafeInteger(found.size))
    ? found
    : { ...found, size: undefined }
