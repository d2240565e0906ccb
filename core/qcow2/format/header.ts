import { BinaryView, BinaryWriter } from '../../base/binary.ts'
import { zeroWord, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import {
  QCOW2_MAGIC,
  V2_HEADER_LENGTH,
  V2_REFCOUNT_ORDER,
  V3_MIN_HEADER_LENGTH,
} from './constants.ts'

/**
 * The header as it stands in the file: decoded, not yet believed (see header-rules.ts). Field names
 * and order are the specification's.
 *
 *       0 magic                4 version             8 backing_file_offset (8)
 *      16 backing_file_size   20 cluster_bits       24 size (8)
 *      32 crypt_method        36 l1_size            40 l1_table_offset (8)
 *      48 refcount_table_offset (8)                 56 refcount_table_clusters
 *      60 nb_snapshots        64 snapshots_offset (8)
 *      72 incompatible (8)    80 compatible (8)     88 autoclear (8)          version 3 from here on
 *      96 refcount_order     100 header_length     104 compression_type (1)  105 padding, unknown fields
 */
export interface Qcow2Header {
  readonly version: 2 | 3
  /** Where the backing file's name is, or 0 for none. Not terminated by a NUL. */
  readonly backingFileOffset: number
  /** Bytes of that name. */
  readonly backingFileSize: number
  /** A cluster has 2^clusterBits bytes. */
  readonly clusterBits: number
  /** Bytes of the virtual disk as written; QEMU rounds down to sectors (see Geometry.virtualSize). */
  readonly size: number
  /** 0 none, 1 AES, 2 LUKS. */
  readonly cryptMethod: number
  /** Entries of the active L1 table. */
  readonly l1Size: number
  readonly l1TableOffset: number
  readonly refcountTableOffset: number
  readonly refcountTableClusters: number
  readonly snapshotCount: number
  readonly snapshotsOffset: number
  readonly incompatibleFeatures: Word64
  readonly compatibleFeatures: Word64
  readonly autoclearFeatures: Word64
  /** Refcounts are 2^refcountOrder bits wide. */
  readonly refcountOrder: number
  /** Bytes of the header; extensions follow. */
  readonly headerLength: number
  /** 0 zlib, 1 zstd. */
  readonly compressionType: number
  /** Bytes after compression_type that belong to the header: padding and fields of newer versions. */
  readonly unknownFields: Uint8Array
}

const COMPRESSION_TYPE_AT = 104

export interface HeaderSource {
  /** Length of the file, to tell a cut file from one whose fields are wrong. */
  readonly fileLength: number
}

/**
 * The fields of the header in `bytes`, the first bytes of the file: at least `V3_MIN_HEADER_LENGTH` of
 * them (zeroes past the end of the file), and header_length to keep what we do not understand. Fields
 * that lie past `bytes` are left out of `unknownFields`. Throws `unknown-format`, `header-cut-short` or
 * `field-invalid`.
 */
export function decodeHeader(bytes: Uint8Array, { fileLength }: HeaderSource): Qcow2Header {
  if (Math.min(fileLength, bytes.length) < V2_HEADER_LENGTH) {
    throw cutShort(V2_HEADER_LENGTH, fileLength)
  }
  const view = new BinaryView(bytes, { structure: 'header', offset: 0 })
  if (view.u32(0) !== QCOW2_MAGIC) {
    throw new ImageError('unknown-format', { found: `0x${view.u32(0).toString(16)}` })
  }
  const version = view.u32(4)
  if (version !== 2 && version !== 3) {
    throw new ImageError('field-invalid', {
      structure: 'header',
      field: 'version',
      offset: 4,
      found: version,
      expected: '2 or 3',
    })
  }
  if (version === 3 && Math.min(fileLength, bytes.length) < V3_MIN_HEADER_LENGTH) {
    throw cutShort(V3_MIN_HEADER_LENGTH, fileLength)
  }
  return {
    version,
    backingFileOffset: view.u64(8, 'backing_file_offset'),
    backingFileSize: view.u32(16),
    clusterBits: view.u32(20),
    size: view.u64(24, 'size'),
    cryptMethod: view.u32(32),
    l1Size: view.u32(36),
    l1TableOffset: view.u64(40, 'l1_table_offset'),
    refcountTableOffset: view.u64(48, 'refcount_table_offset'),
    refcountTableClusters: view.u32(56),
    snapshotCount: view.u32(60),
    snapshotsOffset: view.u64(64, 'snapshots_offset'),
    ...(version === 3 ? decodeV3Fields(view) : v2Defaults),
  }
}

type V3Fields = Pick<
  Qcow2Header,
  | 'incompatibleFeatures'
  | 'compatibleFeatures'
  | 'autoclearFeatures'
  | 'refcountOrder'
  | 'headerLength'
  | 'compressionType'
  | 'unknownFields'
>

/** "For version 2 … the following fields are assumed to be" (specification, "Header"). */
const v2Defaults: V3Fields = {
  incompatibleFeatures: zeroWord,
  compatibleFeatures: zeroWord,
  autoclearFeatures: zeroWord,
  refcountOrder: V2_REFCOUNT_ORDER,
  headerLength: V2_HEADER_LENGTH,
  compressionType: 0,
  unknownFields: new Uint8Array(0),
}

function decodeV3Fields(view: BinaryView): V3Fields {
  const headerLength = view.u32(100)
  // A header of 104 bytes ends before compression_type, which then means zlib.
  const end = Math.min(headerLength, view.length)
  const hasType = end > COMPRESSION_TYPE_AT
  const unknownAt = COMPRESSION_TYPE_AT + 1
  return {
    incompatibleFeatures: view.word(72),
    compatibleFeatures: view.word(80),
    autoclearFeatures: view.word(88),
    refcountOrder: view.u32(96),
    headerLength,
    compressionType: hasType ? view.u8(COMPRESSION_TYPE_AT) : 0,
    unknownFields: end > unknownAt ? view.bytes(unknownAt, end - unknownAt) : new Uint8Array(0),
  }
}

/** The header's own bytes, `headerLength` of them; unknown fields go back where they were. */
export function encodeHeader(header: Qcow2Header): Uint8Array {
  const writer = new BinaryWriter(header.headerLength)
  writer.u32(0, QCOW2_MAGIC)
  writer.u32(4, header.version)
  writer.u64(8, header.backingFileOffset)
  writer.u32(16, header.backingFileSize)
  writer.u32(20, header.clusterBits)
  writer.u64(24, header.size)
  writer.u32(32, header.cryptMethod)
  writer.u32(36, header.l1Size)
  writer.u64(40, header.l1TableOffset)
  writer.u64(48, header.refcountTableOffset)
  writer.u32(56, header.refcountTableClusters)
  writer.u32(60, header.snapshotCount)
  writer.u64(64, header.snapshotsOffset)
  if (header.version === 2) return writer.bytes
  writer.word(72, header.incompatibleFeatures)
  writer.word(80, header.compatibleFeatures)
  writer.word(88, header.autoclearFeatures)
  writer.u32(96, header.refcountOrder)
  writer.u32(100, header.headerLength)
  if (header.headerLength > COMPRESSION_TYPE_AT) {
    writer.u8(COMPRESSION_TYPE_AT, header.compressionType)
    writer.put(COMPRESSION_TYPE_AT + 1, header.unknownFields)
  }
  return writer.bytes
}

const cutShort = (expected: number, found: number) =>
  new ImageError('header-cut-short', { structure: 'header', format: 'qcow2', expected, found })
