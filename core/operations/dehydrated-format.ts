import { BinaryView, BinaryWriter } from '../base/binary.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'

/**
 * A dehydrated image in one file (docs/DEHYDRATED.md):
 *
 *      0 "PLTRMETA"      8 version (4)     12 bytes of a piece (4)
 *     16 the bytes of all ranges, in pieces, each one zstd frame
 *        for each range: host offset (8), length (8)
 *        for each piece: its bytes in the file (4)
 *    -72 total size (8)  -64 bytes of all ranges (8)   -56 offset of the table of ranges (8)
 *    -48 ranges (4)      -44 pieces (4)                -40 flags (4)          -36 zero (4)
 *    -32 SHA-256 of everything before
 */
export const MAGIC = 'PLTRMETA'
export const VERSION = 1
export const PREFIX_BYTES = 16
export const PIECE_BYTES = 2 ** 20
export const TRAILER_BYTES = 72
export const DIGEST_BYTES = 32
export const RANGE_BYTES = 16
export const PIECE_ENTRY_BYTES = 4

export const containerFlags = { judgedTheSame: 1, anonymized: 2, live: 4 } as const

/** The last bytes of a container, without its digest. */
export interface ContainerTrailer {
  /** Length of the image. */
  readonly totalSize: number
  /** Bytes of all ranges together. */
  readonly streamBytes: number
  readonly rangesAt: number
  readonly rangeCount: number
  readonly pieceCount: number
  readonly flags: number
}

export function encodePrefix(): Uint8Array {
  const writer = new BinaryWriter(PREFIX_BYTES)
  writer.put(0, new TextEncoder().encode(MAGIC))
  writer.u32(8, VERSION)
  writer.u32(12, PIECE_BYTES)
  return writer.bytes
}

/** The trailer without the digest that follows. */
export function encodeTrailer(trailer: ContainerTrailer): Uint8Array {
  const writer = new BinaryWriter(TRAILER_BYTES - DIGEST_BYTES)
  writer.u64(0, trailer.totalSize)
  writer.u64(8, trailer.streamBytes)
  writer.u64(16, trailer.rangesAt)
  writer.u32(24, trailer.rangeCount)
  writer.u32(28, trailer.pieceCount)
  writer.u32(32, trailer.flags)
  return writer.bytes
}

/** Throws `rehydrate-damaged`. */
export function readTrailer(file: BlockFile): ContainerTrailer {
  const trailer = readView(file, file.size() - TRAILER_BYTES, TRAILER_BYTES)
  const size = (at: number, what: string): number => {
    try {
      return trailer.u64(at, what)
    } catch (error) {
      throw damagedContainer(file, `${what} is past 2^53`, 'a possible size', error)
    }
  }
  return {
    totalSize: size(0, 'its total size'),
    streamBytes: size(8, 'the size of its ranges'),
    rangesAt: size(16, 'the offset of its table of ranges'),
    rangeCount: trailer.u32(24),
    pieceCount: trailer.u32(28),
    flags: trailer.u32(32),
  }
}

export function readView(file: BlockFile, at: number, length: number): BinaryView {
  const bytes = new Uint8Array(length)
  file.readNow(bytes, at, 'data')
  return new BinaryView(bytes, { structure: 'dehydrated image', offset: at })
}

export const damagedContainer = (
  file: BlockFile,
  found: string,
  expected: string,
  cause?: unknown,
): ImageError =>
  new ImageError('rehydrate-damaged', { path: file.name, found, expected }, { cause })
