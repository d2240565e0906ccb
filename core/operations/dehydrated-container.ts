import { throwIfAborted } from '../base/abort.ts'
import { ceilDiv } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import { mostRanges, MetadataRanges } from '../qcow2/dehydrate/metadata-ranges.ts'
import type { MetadataStream } from '../qcow2/dehydrate/metadata-view.ts'
import type { BlockFile } from '../storage/block-file.ts'
import {
  containerFlags,
  damagedContainer,
  DIGEST_BYTES,
  MAGIC,
  PIECE_BYTES,
  PIECE_ENTRY_BYTES,
  PREFIX_BYTES,
  RANGE_BYTES,
  readTrailer,
  readView,
  TRAILER_BYTES,
  VERSION,
  type ContainerTrailer,
} from './dehydrated-format.ts'
import { PackedPieces } from './dehydrated-pieces.ts'
import type { Hasher, Host } from './host.ts'

/** What a container says about the image besides its metadata. */
export interface ContainerFacts {
  readonly totalSize: number
  /** A check of what is in it finds what a check of the image found. */
  readonly judgedTheSame: boolean
  readonly anonymized: boolean
  /** The image was being written meanwhile. */
  readonly live: boolean
}

export interface OpenedContainer {
  readonly facts: ContainerFacts
  readonly ranges: MetadataRanges
  readonly stream: MetadataStream
}

/** Whether a file begins as a container does. */
export function isContainer(file: BlockFile): boolean {
  const magic = new Uint8Array(MAGIC.length)
  file.readNow(magic, 0, 'data')
  return decoder.decode(magic) === MAGIC
}

/**
 * Opens a container of which nobody says that we made it: lengths are compared with the file before anything is
 * given memory, its checksum before anything is believed, and every range and piece after it. Memory: 24 bytes
 * for each range and 12 for each piece, both in the file, and the pieces that are kept unpacked (32 MiB).
 * Throws `rehydrate-damaged`, `rehydrate-newer` and `cancelled`.
 */
export async function openContainer(
  host: Pick<Host, 'createHasher' | 'codecs'>,
  file: BlockFile,
  context: OperationContext,
): Promise<OpenedContainer> {
  const length = file.size()
  if (length < PREFIX_BYTES + TRAILER_BYTES) {
    throw damagedContainer(
      file,
      `it has ${length} bytes`,
      `${PREFIX_BYTES + TRAILER_BYTES} or more`,
    )
  }
  const prefix = readView(file, 0, PREFIX_BYTES)
  if (prefix.u32(8) !== VERSION) {
    const found = prefix.u32(8)
    throw new ImageError('rehydrate-newer', { path: file.name, found, expected: VERSION })
  }
  if (prefix.u32(12) !== PIECE_BYTES) {
    throw damagedContainer(file, `its pieces have ${prefix.u32(12)} bytes`, `${PIECE_BYTES}`)
  }
  await mustMatchDigest(host.createHasher('sha256'), file, context)
  return believed(host, file, readTrailer(file))
}

async function mustMatchDigest(
  hasher: Hasher,
  file: BlockFile,
  { signal, onProgress }: OperationContext,
): Promise<void> {
  const total = file.size() - DIGEST_BYTES
  for (let at = 0; at < total; at += PIECE_BYTES) {
    throwIfAborted(signal)
    const piece = new Uint8Array(Math.min(PIECE_BYTES, total - at))
    await file.read(piece, at, 'data')
    hasher.update(piece)
    onProgress?.({ phase: 'checksum', done: at + piece.length, total, unit: 'bytes' })
  }
  const stored = new Uint8Array(DIGEST_BYTES)
  await file.read(stored, total, 'data')
  if (Buffer.from(stored).toString('hex') === hasher.digest()) return
  throw damagedContainer(file, 'its checksum does not hold', 'the bytes that were written')
}

function believed(
  host: Pick<Host, 'codecs'>,
  file: BlockFile,
  trailer: ContainerTrailer,
): OpenedContainer {
  const { totalSize, streamBytes, rangesAt, rangeCount, pieceCount, flags } = trailer
  const tables = rangeCount * RANGE_BYTES + pieceCount * PIECE_ENTRY_BYTES
  if (rangesAt < PREFIX_BYTES || rangesAt + tables + TRAILER_BYTES !== file.size()) {
    throw damagedContainer(
      file,
      `its tables do not fill the ${file.size()} bytes`,
      'tables that do',
    )
  }
  if (rangeCount > mostRanges)
    throw damagedContainer(file, `it has ${rangeCount} ranges`, `${mostRanges}`)
  if (pieceCount !== ceilDiv(streamBytes, PIECE_BYTES)) {
    throw damagedContainer(
      file,
      `${pieceCount} pieces for ${streamBytes} bytes`,
      'as many as fill them',
    )
  }
  const ranges = rangesOf(file, trailer)
  const pieces = piecesOf(file, trailer)
  const stream = new PackedPieces(host, file, { pieces, streamBytes })
  const has = (flag: number) => (flags & flag) !== 0
  const facts = {
    totalSize,
    judgedTheSame: has(containerFlags.judgedTheSame),
    anonymized: has(containerFlags.anonymized),
    live: has(containerFlags.live),
  }
  return { facts, ranges, stream }
}

const entriesAtOnce = 4096

function rangesOf(file: BlockFile, trailer: ContainerTrailer): MetadataRanges {
  const { rangesAt, rangeCount, totalSize, streamBytes } = trailer
  const ranges = new MetadataRanges()
  for (let first = 0; first < rangeCount; first += entriesAtOnce) {
    const count = Math.min(entriesAtOnce, rangeCount - first)
    const entries = readView(file, rangesAt + first * RANGE_BYTES, count * RANGE_BYTES)
    for (let index = 0; index < count; index++) {
      const start = entries.word(index * RANGE_BYTES)
      const size = entries.word(index * RANGE_BYTES + 8)
      const at = start.high * 2 ** 32 + start.low
      const length = size.high * 2 ** 32 + size.low
      if (at < ranges.end || length === 0 || at + length > totalSize) {
        const found = `range ${first + index} (${length} bytes at ${at}) is out of order or leaves the image`
        throw damagedContainer(file, found, `ranges in the order of ${totalSize} bytes`)
      }
      ranges.add(at, length)
    }
  }
  if (ranges.streamBytes !== streamBytes) {
    throw damagedContainer(file, `its ranges have ${ranges.streamBytes} bytes`, `${streamBytes}`)
  }
  return ranges
}

/** Where each piece ends in the file. */
function piecesOf(
  file: BlockFile,
  { rangesAt, rangeCount, pieceCount }: ContainerTrailer,
): Float64Array {
  const ends = new Float64Array(pieceCount)
  const tableAt = rangesAt + rangeCount * RANGE_BYTES
  let end = PREFIX_BYTES
  for (let first = 0; first < pieceCount; first += entriesAtOnce) {
    const count = Math.min(entriesAtOnce, pieceCount - first)
    const entries = readView(file, tableAt + first * PIECE_ENTRY_BYTES, count * PIECE_ENTRY_BYTES)
    for (let index = 0; index < count; index++) {
      end += entries.u32(index * PIECE_ENTRY_BYTES)
      ends[first + index] = end
    }
  }
  if (end !== rangesAt) throw damagedContainer(file, `its pieces end at ${end}`, `${rangesAt}`)
  return ends
}

const decoder = new TextDecoder()
