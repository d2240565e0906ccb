import type { FormatName } from '../operations/image-info.ts'

/** What is looked at to tell a format. */
export interface ProbeInput {
  /** From byte 0: `probeFirstBytes` of them, or the whole file when it is shorter. */
  readonly first: Uint8Array
  /** The last `probeLastBytes` of the file, or the whole file when it is shorter. */
  readonly last: Uint8Array
  readonly fileLength: number
  /** Without its folder. */
  readonly fileName: string
}

/** A format that showed its signature. */
export interface Recognition {
  readonly format: FormatName
  /** For people: `qcow2 v3`, `VMDK (stream optimized)`. */
  readonly label: string
  /** Bytes the guest sees, where the header tells it plainly. */
  readonly virtualSize: number | undefined
}

/** Tells one format, or undefined when its signature is not there. */
export type Recognizer = (input: ProbeInput) => Recognition | undefined

export const sectorBytes = 512

/** Whether `bytes` holds the ASCII characters of `text` at `at`. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return (
    at >= 0 &&
    at + text.length <= bytes.length &&
    Array.from(text).every((character, index) => bytes[at + index] === character.charCodeAt(0))
  )
}

/** An unsigned number of 2, 4 or 8 bytes; undefined past the end, or when it is past 2^53 - 1. */
export function numberAt(
  bytes: Uint8Array,
  at: number,
  type: 'u16be' | 'u32be' | 'u64be' | 'u16le' | 'u32le' | 'u64le',
): number | undefined {
  const length = type.startsWith('u16') ? 2 : type.startsWith('u32') ? 4 : 8
  if (at + length > bytes.length) return undefined
  let value = 0
  for (let index = 0; index < length; index++) {
    const position = type.endsWith('be') ? at + index : at + length - 1 - index
    value = value * 256 + (bytes[position] ?? 0)
  }
  return Number.isSafeInteger(value) ? value : undefined
}

/** `count` units as bytes; undefined when that is no safe integer. */
export function bytesOf(count: number | undefined, unit: number): number | undefined {
  if (count === undefined) return undefined
  return Number.isSafeInteger(count * unit) ? count * unit : undefined
}

/** The bytes as one character each, for formats whose header is text. */
export const latin1 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
