import { hasText } from './recognition.ts'

/** What people often have in place of an image: a name helps more than four bytes. */
const familiar: readonly (readonly [at: number, signature: string, name: string])[] = [
  [0, 'PK\u{3}\u{4}', 'a ZIP archive'],
  [0, '\u{fd}7zXZ\0', 'an xz archive'],
  [0, '(\u{b5}/\u{fd}', 'a zstd archive'],
  [0, 'BZh', 'a bzip2 archive'],
  [0, '7z\u{bc}\u{af}\u{27}\u{1c}', 'a 7-Zip archive'],
  [257, 'ustar', 'a tar archive (OVA appliances are such)'],
  [0, 'WithoutFreeSpace', 'a Parallels disk'],
  [0, 'WithouFreSpacExt', 'a Parallels disk'],
  [0, '\u{7f}ELF', 'a program'],
  [0, '<?xml', 'an XML text'],
]

const shownBytes = 8

/** The start of a file in words, with its first bytes as hexadecimal numbers. */
export function describeBytes(first: Uint8Array): string {
  const start = first.subarray(0, shownBytes)
  if (start.length === 0) return 'no bytes'
  const hex = Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const name = familiar.find(([at, signature]) => hasText(first, at, signature))?.[2]
  if (name !== undefined) return `${hex} (${name})`
  return start.every((byte) => byte === 0) ? `${hex} (zeroes)` : hex
}
