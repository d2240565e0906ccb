import { invariant } from '../base/assert.ts'
import { BinaryView, BinaryWriter } from '../base/binary.ts'
import { crc32 } from '../base/crc32.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Hasher, Host } from './host.ts'
import type { PassingSector } from './passing-sectors.ts'
import { SECTOR, type RepairRecord } from './repair-records.ts'
import {
  decodeHead,
  encodeHead,
  type SafetyCopyHead,
  type StoredRecord,
} from './safety-copy-head.ts'

/**
 * The file that takes a repair back:
 *
 *     0  "PLTRUNDO"     8  version (4)     12  bytes of the head (4)
 *    16  head: JSON, see `SafetyCopyHead`
 *        for each record: the old bytes, unless all are zero;
 *                         for those that are written, the CRC-32 (4) of each sector as the repair leaves it
 *   -32  SHA-256 of everything before
 *
 * The checksums let an undo tell its own image, repaired wholly or in part, from everything else.
 */
export const SAFETY_COPY_MAGIC = 'PLTRUNDO'
const VERSION = 1
const PREFIX_BYTES = 16
const DIGEST_BYTES = 32
const CRC_BYTES = 4
/** A head of more than this lists more ranges than any repair writes. */
const MAX_HEAD_BYTES = 64 * 2 ** 20
const PIECE_BYTES = 2 ** 20

/** The image before and after, as far as a copy has to know. */
export interface CopySource {
  readonly path: string
  readonly before: BlockFile
  readonly after: BlockFile
  readonly records: readonly RepairRecord[]
  readonly passing: readonly PassingSector[]
}

export const describeCopy = (source: CopySource): SafetyCopyHead => ({
  image: source.path,
  length: { before: source.before.size(), after: source.after.size() },
  records: source.records.map((record) => ({ ...record, isZero: isZero(source.before, record) })),
  passing: source.passing,
})

/** Bytes of the file that `writeSafetyCopy` makes. */
export const safetyCopyBytes = (head: SafetyCopyHead): number =>
  PREFIX_BYTES +
  encodeHead(head).length +
  head.records.reduce((sum, record) => sum + payloadBytes(record), 0) +
  DIGEST_BYTES

/** Writes all of it and makes it durable. */
export async function writeSafetyCopy(
  host: Pick<Host, 'createHasher'>,
  file: WritableFile,
  head: SafetyCopyHead,
  { before, after }: Pick<CopySource, 'before' | 'after'>,
): Promise<void> {
  const writer = new HashedWriter(file, host.createHasher('sha256'))
  const text = encodeHead(head)
  const prefix = new BinaryWriter(PREFIX_BYTES)
  prefix.put(0, encoder.encode(SAFETY_COPY_MAGIC))
  prefix.u32(8, VERSION)
  prefix.u32(12, text.length)
  await writer.write(prefix.bytes)
  await writer.write(text)
  for (const record of head.records) {
    for (const piece of piecesOf(record)) {
      if (!record.isZero) await writer.write(readPiece(before, piece))
    }
    for (const piece of record.isWritten ? piecesOf(record) : []) {
      await writer.write(checksums(readPiece(after, piece)))
    }
  }
  await writer.finish()
  await file.flush()
}

/** A safety copy whose checksum holds. */
export class SafetyCopy {
  readonly head: SafetyCopyHead
  readonly #file: BlockFile
  /** Where each record's payload begins. */
  readonly #offsets: readonly number[]

  private constructor(file: BlockFile, head: SafetyCopyHead, payloadAt: number) {
    this.#file = file
    this.head = head
    let at = payloadAt
    this.#offsets = head.records.map((record) => {
      const offset = at
      at += payloadBytes(record)
      return offset
    })
  }

  /** Throws `undo-copy-invalid`. */
  static async open(host: Pick<Host, 'createHasher'>, file: BlockFile): Promise<SafetyCopy> {
    const length = file.size()
    if (length < PREFIX_BYTES + DIGEST_BYTES) throw invalid(file, `${length} bytes long`)
    const prefix = new Uint8Array(PREFIX_BYTES)
    file.readNow(prefix, 0, 'data')
    const view = new BinaryView(prefix, { structure: 'safety copy', offset: 0 })
    const magic = decoder.decode(prefix.subarray(0, SAFETY_COPY_MAGIC.length))
    if (magic !== SAFETY_COPY_MAGIC) throw invalid(file, 'another kind of file')
    if (view.u32(8) !== VERSION) throw invalid(file, `of version ${view.u32(8)}`)
    const headBytes = view.u32(12)
    if (headBytes > Math.min(MAX_HEAD_BYTES, length - PREFIX_BYTES - DIGEST_BYTES)) {
      throw invalid(file, 'cut short')
    }
    await mustMatchDigest(host.createHasher('sha256'), file)
    const text = new Uint8Array(headBytes)
    await file.read(text, PREFIX_BYTES, 'data')
    const head = decodeHead(text)
    if (head === undefined) throw invalid(file, 'without a list of what it holds')
    const copy = new SafetyCopy(file, head, PREFIX_BYTES + headBytes)
    if (safetyCopyBytes(head) !== length) throw invalid(file, 'of another length than it says')
    return copy
  }

  /** The old bytes of a record, and the checksums of the new ones, piece by piece. */
  *pieces(index: number): Generator<CopiedPiece> {
    const record = this.head.records[index]
    const offset = this.#offsets[index]
    invariant(record !== undefined && offset !== undefined, 'a record of the copy')
    const checksumsAt = offset + (record.isZero ? 0 : record.length)
    for (const piece of piecesOf(record)) {
      const old = new Uint8Array(piece.length)
      if (!record.isZero) this.#file.readNow(old, offset + (piece.at - record.at), 'data')
      let after: DataView | undefined
      if (record.isWritten) {
        const sums = new Uint8Array((piece.length / SECTOR) * CRC_BYTES)
        const skipped = ((piece.at - record.at) / SECTOR) * CRC_BYTES
        this.#file.readNow(sums, checksumsAt + skipped, 'data')
        after = new DataView(sums.buffer)
      }
      yield { at: piece.at, old, after }
    }
  }
}

export interface CopiedPiece {
  /** Offset in the image. */
  readonly at: number
  readonly old: Uint8Array
  /** CRC-32 of each sector after the repair; undefined for what it does not write. */
  readonly after: DataView | undefined
}

/** Whether a sector of the image is as the repair left it. */
export const isRepairedSector = (
  sector: Uint8Array,
  { after }: CopiedPiece,
  index: number,
): boolean => after !== undefined && after.getUint32(index * CRC_BYTES) === crc32(sector)

class HashedWriter {
  readonly #file: WritableFile
  readonly #hasher: Hasher
  #at = 0

  constructor(file: WritableFile, hasher: Hasher) {
    this.#file = file
    this.#hasher = hasher
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hasher.update(bytes)
    await this.#file.write(bytes, this.#at, 'data')
    this.#at += bytes.length
  }

  async finish(): Promise<void> {
    const hex = this.#hasher.digest()
    const digest = Uint8Array.from({ length: DIGEST_BYTES }, (_, index) =>
      Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
    )
    await this.#file.write(digest, this.#at, 'data')
  }
}

async function mustMatchDigest(hasher: Hasher, file: BlockFile): Promise<void> {
  const end = file.size() - DIGEST_BYTES
  for (let at = 0; at < end; at += PIECE_BYTES) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, end - at))
    await file.read(piece, at, 'data')
    hasher.update(piece)
  }
  const stored = new Uint8Array(DIGEST_BYTES)
  await file.read(stored, end, 'data')
  if (hexOf(stored) !== hasher.digest()) throw invalid(file, 'damaged: its checksum does not hold')
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function isZero(file: BlockFile, record: RepairRecord): boolean {
  for (const piece of piecesOf(record)) {
    if (readPiece(file, piece).some((byte) => byte !== 0)) return false
  }
  return true
}

function* piecesOf({ at, length }: RepairRecord) {
  for (let done = 0; done < length; done += PIECE_BYTES) {
    yield { at: at + done, length: Math.min(PIECE_BYTES, length - done) }
  }
}

function readPiece(file: BlockFile, piece: { readonly at: number; readonly length: number }) {
  const bytes = new Uint8Array(piece.length)
  file.readNow(bytes, piece.at, 'data')
  return bytes
}

function checksums(bytes: Uint8Array): Uint8Array {
  const writer = new BinaryWriter((bytes.length / SECTOR) * CRC_BYTES)
  for (let at = 0; at < bytes.length; at += SECTOR) {
    writer.u32((at / SECTOR) * CRC_BYTES, crc32(bytes.subarray(at, at + SECTOR)))
  }
  return writer.bytes
}

const payloadBytes = ({ length, isZero: zero, isWritten }: StoredRecord): number =>
  (zero ? 0 : length) + (isWritten ? (length / SECTOR) * CRC_BYTES : 0)

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const invalid = (file: BlockFile, found: string) =>
  new ImageError('undo-copy-invalid', { path: file.name, found, expected: 'a whole safety copy' })
