/**
 * How many bytes the zstd frame at the start of `bytes` takes, from its headers alone; undefined when
 * no whole frame is there. RFC 8878, "Zstandard Frames" (3.1.1) and "Skippable Frames" (3.1.2):
 *
 *     magic 4 | descriptor 1 | window 0-1 | dictionary 0-4 | content size 0-8 | blocks... | checksum 0-4
 *     block: header 3 (bit 0 last, bits 1-2 type, bits 3-23 size) | content
 */
export function zstdFrameLength(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8) return undefined
  const magic = view.getUint32(0, true)
  if (magic >= firstSkippable && magic <= lastSkippable) {
    return within(8 + view.getUint32(4, true), bytes)
  }
  if (magic !== frameMagic) return undefined

  const descriptor = view.getUint8(4)
  let at = 5 + headerFieldsLength(descriptor)
  for (;;) {
    if (at + 3 > bytes.length) return undefined
    const header = view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000
    const size = Math.floor(header / 8)
    at += 3 + (blockType(header) === rleBlock ? 1 : size)
    if (header % 2 === 1) break
  }
  return within(at + ((descriptor & 0b100) === 0 ? 0 : checksumLength), bytes)
}

const frameMagic = 0xfd2fb528
const firstSkippable = 0x184d2a50
const lastSkippable = 0x184d2a5f
const checksumLength = 4
/** A block whose content is one byte, repeated: its size is the unpacked one. */
const rleBlock = 1

const blockType = (header: number): number => Math.floor(header / 2) % 4

/** Window descriptor, dictionary id and content size, by the frame header descriptor's bits. */
function headerFieldsLength(descriptor: number): number {
  const singleSegment = (descriptor & 0b10_0000) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 0b11] ?? 0
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0
  return (singleSegment ? 0 : 1) + dictionary + contentSize
}

const within = (length: number, bytes: Uint8Array): number | undefined =>
  length <= bytes.length ? length : undefined
