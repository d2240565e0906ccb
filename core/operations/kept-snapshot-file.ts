import { BinaryView, BinaryWriter } from '../base/binary.ts'
import { BitSet } from '../base/bit-set.ts'
import { throwIfAborted } from '../base/abort.ts'
import { crc32 } from '../base/crc32.ts'
import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import type { Geometry } from '../qcow2/format/geometry.ts'
import {
  keptBytes,
  readEntries,
  storedPieces,
  type KeptTable,
} from '../qcow2/snapshot/kept-table.ts'
import { asWordTable, fileBytesOf } from '../qcow2/word-table.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { Hasher, Host } from './host.ts'
import type { ImageStamp } from './image-stamp.ts'
import { decodeKeptHead, encodeKeptHead, type KeptSnapshotHead } from './kept-snapshot-head.ts'

/**
 * The file that keeps a deleted snapshot. Numbers are big-endian.
 *
 *     0  "PLTRSNAP"     8  version (4)     12  bytes of the head (4)     16  CRC-32 of the head (4)
 *    20  L2 tables (4)  24  bytes of the tables with what is kept of them (8)
 *   512  the seal: zeroes, and once the snapshot is deleted what the image is then:
 *        "SEALED"    8  length of its file (8)   16  time of its last change, ms (8)
 *        24  CRC-32 of its first sector (4)      28  CRC-32 of these 28 bytes (4)
 *  1024  head: JSON, see `KeptSnapshotHead`
 *        for each L2 table:  index in the L1 table (4), 0 (4), bytes that are kept (8)
 *                            its entries, a bit for each that is kept (most significant first), the kept bytes
 *   -32  SHA-256 of everything before but the seal
 *
 * The seal is a sector of its own, so that it is there whole or not at all.
 */
export const KEPT_SNAPSHOT_MAGIC = 'PLTRSNAP'
const SEAL_MAGIC = 'SEALED'
const VERSION = 1
const SECTOR = 512
const HEAD_AT = 2 * SECTOR
const PREFIX_FIELDS = 32
const TABLE_FIELDS = 16
const SEAL_BYTES = 32
const DIGEST_BYTES = 32
/** Names and extra data in hexadecimal; more of it is rare, and small. */
const HEAD_ALLOWANCE = 8192
const MAX_HEAD_BYTES = 4 * 2 ** 20
const PIECE_BYTES = 2 ** 20

/** What an image is once the snapshot is deleted: nobody wrote to it as long as it is still that. */
export interface Seal {
  readonly fileLength: number
  /** Unix time in milliseconds; 0 where there is no such date. */
  readonly modifiedAt: number
  readonly firstSector: number
}

export const sealOf = ({ fileLength, modifiedAt = 0, firstSector }: ImageStamp): Seal => ({
  fileLength,
  modifiedAt: Math.max(0, Math.floor(modifiedAt)),
  firstSector,
})

export interface KeptSnapshotToWrite {
  readonly head: KeptSnapshotHead
  readonly geometry: Geometry
  readonly tables: AsyncIterable<KeptTable>
  /** The image. */
  readonly from: BlockFile
}

/** Writes all of it but the seal, and makes it durable. Gives its length in bytes. */
export async function writeKeptSnapshot(
  host: Pick<Host, 'createHasher'>,
  file: WritableFile,
  { head, geometry, tables, from }: KeptSnapshotToWrite,
  { signal, onProgress }: OperationContext,
): Promise<number> {
  const text = encodeKeptHead(head)
  const writer = new HashedWriter(file, host.createHasher('sha256'), HEAD_AT)
  await writer.write(text)
  const start = writer.position
  const buffer = new Uint8Array(Math.max(PIECE_BYTES, geometry.clusterSize))
  let count = 0
  let kept = 0
  for await (const table of tables) {
    throwIfAborted(signal)
    const bytes = keptBytes(table, geometry)
    const fields = new BinaryWriter(TABLE_FIELDS)
    fields.u32(0, table.index)
    fields.u64(8, bytes)
    await writer.write(fields.bytes)
    await writer.write(fileBytesOf(table.words))
    await writer.write(bitsOf(table.kept, geometry))
    for (const { first, offset, length } of storedPieces(table.words, geometry, table.kept)) {
      if (!table.kept.has(first)) continue
      throwIfAborted(signal)
      const piece = buffer.subarray(0, length)
      await from.read(piece, offset, 'data')
      await writer.write(piece)
      kept += length
      onProgress?.({ phase: 'keeping', done: kept, total: 0, unit: 'bytes' })
    }
    count++
  }
  const prefix = prefixOf({ text, count, bytes: writer.position - start })
  const end = await writer.finish(prefix)
  await file.write(prefix, 0, 'data')
  await file.write(new Uint8Array(SECTOR), SECTOR, 'data')
  await file.flush()
  return end
}

/** Bytes of a file with so many L2 tables, but for what is kept of their clusters; at most. */
export const keptFileBytes = (geometry: Geometry, tables: number): number =>
  HEAD_AT +
  HEAD_ALLOWANCE +
  tables * (TABLE_FIELDS + geometry.clusterSize + bitmapBytes(geometry)) +
  DIGEST_BYTES

/** Notes that the snapshot is deleted, and what the image is now; durable. */
export async function sealKeptSnapshot(file: WritableFile, seal: Seal): Promise<void> {
  const sector = new BinaryWriter(SECTOR)
  sector.put(0, encoder.encode(SEAL_MAGIC))
  sector.u64(8, seal.fileLength)
  sector.u64(16, seal.modifiedAt)
  sector.u32(24, seal.firstSector)
  sector.u32(28, crc32(sector.bytes.subarray(0, 28)))
  await file.write(sector.bytes, SECTOR, 'data')
  await file.flush()
}

/** A table of a file with where its kept bytes begin. */
export interface FoundTable extends KeptTable {
  readonly bytesAt: number
}

/** A file that keeps a snapshot, as far as it says what it is. */
export class KeptSnapshotFile {
  readonly head: KeptSnapshotHead
  /** undefined: whether the snapshot was deleted is not noted. */
  readonly seal: Seal | undefined
  readonly tableCount: number
  /** Bytes of tables and content. */
  readonly tableBytes: number
  readonly #file: BlockFile
  readonly #tablesAt: number

  private constructor(file: BlockFile, prefix: Prefix, head: KeptSnapshotHead) {
    this.#file = file
    this.head = head
    this.seal = sealIn(file)
    this.tableCount = prefix.count
    this.tableBytes = prefix.bytes
    this.#tablesAt = HEAD_AT + prefix.headBytes
  }

  /** Looks at the head alone; what is behind it is believed after `mustBeWhole`. Throws `kept-snapshot-invalid`. */
  static open(file: BlockFile): KeptSnapshotFile {
    const prefix = readPrefix(file)
    const text = new Uint8Array(prefix.headBytes)
    file.readNow(text, HEAD_AT, 'data')
    const head = crc32(text) === prefix.headCrc ? decodeKeptHead(text) : undefined
    if (head === undefined) throw invalid(file, 'a file whose list of contents is damaged')
    return new KeptSnapshotFile(file, prefix, head)
  }

  get name(): string {
    return this.#file.name
  }

  /** Bytes of the file. */
  get length(): number {
    return this.#file.size()
  }

  /** Reads all of it. Throws `kept-snapshot-invalid` unless every byte is what was written. */
  async mustBeWhole(
    host: Pick<Host, 'createHasher'>,
    { signal, onProgress }: OperationContext,
  ): Promise<void> {
    const hasher = host.createHasher('sha256')
    const end = this.length - DIGEST_BYTES
    const buffer = new Uint8Array(PIECE_BYTES)
    const first = buffer.subarray(0, SECTOR)
    await this.#file.read(first, 0, 'data')
    // The prefix comes last, as when it was written.
    const prefix = first.slice()
    for (let at = HEAD_AT; at < end; at += PIECE_BYTES) {
      throwIfAborted(signal)
      const piece = buffer.subarray(0, Math.min(PIECE_BYTES, end - at))
      await this.#file.read(piece, at, 'data')
      hasher.update(piece)
      onProgress?.({ phase: 'checksum', done: at + piece.length, total: end, unit: 'bytes' })
    }
    hasher.update(prefix)
    const stored = new Uint8Array(DIGEST_BYTES)
    await this.#file.read(stored, end, 'data')
    if (Buffer.from(stored).toString('hex') === hasher.digest()) return
    throw invalid(this.#file, 'damaged: its checksum does not hold')
  }

  /**
   * The tables in order. A checksum that holds says that a file is whole, not that we made it: throws
   * `kept-snapshot-invalid` for what does not fit together.
   */
  *tables(geometry: Geometry): Generator<FoundTable> {
    const { clusterSize, l2Entries } = geometry
    const end = this.#tablesAt + this.tableBytes
    let at = this.#tablesAt
    let last = -1
    for (let table = 0; table < this.tableCount; table++) {
      const bitmapAt = TABLE_FIELDS + clusterSize
      const bytesAt = bitmapAt + bitmapBytes(geometry)
      if (at + bytesAt > end) throw this.#mixedUp()
      const bytes = new Uint8Array(bytesAt)
      this.#file.readNow(bytes, at, 'data')
      const fields = new BinaryView(bytes, { structure: 'kept snapshot', offset: at })
      const index = fields.u32(0)
      const words = readEntries(asWordTable(bytes.slice(TABLE_FIELDS, bitmapAt)), geometry)
      const kept = bitsIn(bytes.subarray(bitmapAt), l2Entries)
      const length = keptBytes({ index, words, kept }, geometry)
      const isPlace = index > last && index < this.head.entry.l1Size
      if (!isPlace || fields.u64(8, 'length') !== length || at + bytesAt + length > end) {
        throw this.#mixedUp()
      }
      yield { index, words, kept, bytesAt: at + bytesAt }
      last = index
      at += bytesAt + length
    }
    if (at !== end) throw this.#mixedUp()
  }

  read(into: Uint8Array, at: number): Promise<void> {
    return this.#file.read(into, at, 'data')
  }

  #mixedUp(): ImageError {
    return invalid(this.#file, 'a file whose tables do not fit together')
  }
}

interface Prefix {
  readonly headBytes: number
  readonly headCrc: number
  readonly count: number
  readonly bytes: number
}

function prefixOf({
  text,
  count,
  bytes,
}: {
  readonly text: Uint8Array
  readonly count: number
  readonly bytes: number
}): Uint8Array {
  const prefix = new BinaryWriter(SECTOR)
  prefix.put(0, encoder.encode(KEPT_SNAPSHOT_MAGIC))
  prefix.u32(8, VERSION)
  prefix.u32(12, text.length)
  prefix.u32(16, crc32(text))
  prefix.u32(20, count)
  prefix.u64(24, bytes)
  return prefix.bytes
}

function readPrefix(file: BlockFile): Prefix {
  const length = file.size()
  const bytes = new Uint8Array(PREFIX_FIELDS)
  file.readNow(bytes, 0, 'data')
  if (decoder.decode(bytes.subarray(0, KEPT_SNAPSHOT_MAGIC.length)) !== KEPT_SNAPSHOT_MAGIC) {
    throw invalid(file, length === 0 ? 'empty' : 'another kind of file')
  }
  const view = new BinaryView(bytes, { structure: 'kept snapshot', offset: 0 })
  if (view.u32(8) !== VERSION) throw invalid(file, `of version ${view.u32(8)}`)
  const prefix = {
    headBytes: view.u32(12),
    headCrc: view.u32(16),
    count: view.u32(20),
    bytes: view.u64(24, 'length'),
  }
  const isWhole =
    prefix.headBytes <= MAX_HEAD_BYTES &&
    HEAD_AT + prefix.headBytes + prefix.bytes + DIGEST_BYTES === length
  if (!isWhole) throw invalid(file, `cut short: it has ${length} bytes`)
  return prefix
}

function sealIn(file: BlockFile): Seal | undefined {
  const bytes = new Uint8Array(SEAL_BYTES)
  file.readNow(bytes, SECTOR, 'data')
  const view = new BinaryView(bytes, { structure: 'kept snapshot', offset: SECTOR })
  const isSealed =
    decoder.decode(bytes.subarray(0, SEAL_MAGIC.length)) === SEAL_MAGIC &&
    view.u32(28) === crc32(bytes.subarray(0, 28))
  if (!isSealed) return undefined
  return {
    fileLength: view.u64(8, 'length'),
    modifiedAt: view.u64(16, 'time'),
    firstSector: view.u32(24),
  }
}

const bitmapBytes = ({ l2Entries }: Geometry): number => Math.ceil(l2Entries / 8)

function bitsOf(set: BitSet, geometry: Geometry): Uint8Array {
  const bytes = new Uint8Array(bitmapBytes(geometry))
  for (let at = set.next(0); at !== undefined; at = set.next(at + 1)) {
    bytes[at >>> 3] = (bytes[at >>> 3] ?? 0) | (0x80 >>> (at & 7))
  }
  return bytes
}

function bitsIn(bytes: Uint8Array, length: number): BitSet {
  const set = new BitSet(length)
  for (let at = 0; at < length; at++) {
    if (((bytes[at >>> 3] ?? 0) & (0x80 >>> (at & 7))) !== 0) set.add(at)
  }
  return set
}

/** Writes from a place on, and hashes what it writes. */
class HashedWriter {
  readonly #file: WritableFile
  readonly #hasher: Hasher
  #at: number

  constructor(file: WritableFile, hasher: Hasher, at: number) {
    this.#file = file
    this.#hasher = hasher
    this.#at = at
  }

  get position(): number {
    return this.#at
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hasher.update(bytes)
    await this.#file.write(bytes, this.#at, 'data')
    this.#at += bytes.length
  }

  /** Writes the digest, `last` included; gives where the file ends. */
  async finish(last: Uint8Array): Promise<number> {
    this.#hasher.update(last)
    await this.#file.write(Buffer.from(this.#hasher.digest(), 'hex'), this.#at, 'data')
    return this.#at + DIGEST_BYTES
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const invalid = (file: BlockFile, found: string) =>
  new ImageError('kept-snapshot-invalid', { path: file.name, found })
