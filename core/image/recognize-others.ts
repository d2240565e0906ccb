import { bytesOf, hasText, numberAt, sectorBytes, type Recognizer } from './recognition.ts'

const vdiKinds: Readonly<Record<number, string>> = {
  1: 'dynamic',
  2: 'fixed',
  3: 'undo',
  4: 'differencing',
}

/** VirtualBox: a line of text for people, then the signature at byte 64 (VBox/Storage/VDICore.h). */
export const recognizeVdi: Recognizer = ({ first }) => {
  if (numberAt(first, 64, 'u32be') !== 0x7f10dabe) return undefined
  const kind = vdiKinds[numberAt(first, 76, 'u32le') ?? 0]
  return {
    format: 'vdi',
    label: kind === undefined ? 'VDI' : `VDI (${kind})`,
    virtualSize: numberAt(first, 368, 'u64le'),
  }
}

/** ECMA-119: volume descriptors start at sector 16 of 2,048 bytes; sizes stand there in both byte orders. */
export const recognizeIso: Recognizer = ({ first }) => {
  const descriptor = 16 * 2048
  if (!hasText(first, descriptor + 1, 'CD001')) return undefined
  const blockBytes = numberAt(first, descriptor + 128, 'u16le') ?? 0
  const isPrimary = first[descriptor] === 1
  return {
    format: 'iso',
    label: 'ISO 9660',
    virtualSize: isPrimary
      ? bytesOf(numberAt(first, descriptor + 80, 'u32le'), blockBytes)
      : undefined,
  }
}

/** "LUKS On-Disk Format Specification": LUKS1 says in sectors where the content starts, LUKS2 in JSON. */
export const recognizeLuks: Recognizer = ({ first, fileLength }) => {
  if (!hasText(first, 0, 'LUKS\u{ba}\u{be}')) return undefined
  const version = numberAt(first, 6, 'u16be')
  const payload = version === 1 ? bytesOf(numberAt(first, 104, 'u32be'), sectorBytes) : undefined
  return {
    format: 'luks',
    label: version === undefined ? 'LUKS' : `LUKS${version}`,
    virtualSize: payload === undefined ? undefined : Math.max(0, fileLength - payload),
  }
}

/** RFC 1952; 8 is deflate, the only method there is. */
export const recognizeGzip: Recognizer = ({ first }) =>
  hasText(first, 0, '\u{1f}\u{8b}\b')
    ? { format: 'gzip', label: 'gzip archive', virtualSize: undefined }
    : undefined
