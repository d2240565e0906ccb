import { isAligned, pow2 } from '../../base/bits.ts'
import { hasBit } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import {
  L1_ENTRY_BYTES,
  limits,
  MAX_CLUSTER_BITS,
  MAX_REFCOUNT_ORDER,
  MIN_CLUSTER_BITS,
  REFCOUNT_TABLE_ENTRY_BYTES,
  SECTOR,
  SUBCLUSTERS,
  V3_MIN_HEADER_LENGTH,
} from './constants.ts'
import { autoclear, hasIncompatible, incompatible } from './features.ts'
import type { Geometry } from './geometry.ts'
import type { Qcow2Header } from './header.ts'

/**
 * `open` refuses what QEMU refuses to open. `check` is lenient where `qemu-img check` is: the refcount
 * table may be missing and the snapshot table may be anything, because the check itself reports them.
 */
export type HeaderStrictness = 'open' | 'check'

/**
 * The rules that make sizes safe to compute with: they come first, before geometry, extensions and any
 * buffer whose size the header chooses. QEMU: qcow2_do_open. Throws `field-invalid`.
 */
export function checkHeaderSizes(header: Qcow2Header): void {
  const { clusterBits, headerLength } = header
  if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) {
    throw invalid('cluster_bits', 20, clusterBits, `${MIN_CLUSTER_BITS} to ${MAX_CLUSTER_BITS}`)
  }
  const clusterSize = pow2(clusterBits)
  if (header.version === 3) {
    if (headerLength < V3_MIN_HEADER_LENGTH) {
      throw invalid('header_length', 100, headerLength, `at least ${V3_MIN_HEADER_LENGTH}`)
    }
    if (headerLength > clusterSize) {
      throw invalid('header_length', 100, headerLength, `at most a cluster (${clusterSize})`)
    }
  }
  if (header.backingFileOffset > clusterSize) {
    throw invalid('backing_file_offset', 8, header.backingFileOffset, `at most ${clusterSize}`)
  }
  if (header.backingFileOffset !== 0) {
    const limit = Math.min(limits.backingName, clusterSize - header.backingFileOffset)
    if (header.backingFileSize > limit) {
      throw invalid('backing_file_size', 16, header.backingFileSize, `at most ${limit}`)
    }
  }
}

/** The rules about features, widths and encryption. Throws `field-invalid`. */
export function checkHeaderFeatures(header: Qcow2Header): void {
  const { compressionType, clusterBits, incompatibleFeatures } = header
  if (compressionType > 1) {
    throw invalid('compression_type', 104, compressionType, '0 (zlib) or 1 (zstd)')
  }
  // The bit is what makes older readers refuse the image, so one without the other is a contradiction.
  const saysOther = hasIncompatible(incompatibleFeatures, 'compressionType')
  if (saysOther !== (compressionType !== 0)) {
    throw invalid(
      'compression_type',
      104,
      compressionType,
      saysOther
        ? 'a type other than 0, since incompatible bit 3 is set'
        : '0, since bit 3 is not set',
    )
  }
  if (header.refcountOrder > MAX_REFCOUNT_ORDER) {
    throw invalid('refcount_order', 96, header.refcountOrder, `at most ${MAX_REFCOUNT_ORDER}`)
  }
  if (header.cryptMethod > 2) {
    throw invalid('crypt_method', 32, header.cryptMethod, '0 (none), 1 (AES) or 2 (LUKS)')
  }
  const subclusters = hasIncompatible(incompatibleFeatures, 'extendedL2')
  if (subclusters && pow2(clusterBits) / SUBCLUSTERS < SECTOR) {
    throw invalid('cluster_bits', 20, clusterBits, 'at least 14 with extended L2 entries')
  }
  const hasDataFile = hasBit(incompatibleFeatures, incompatible.dataFile)
  if (hasBit(header.autoclearFeatures, autoclear.dataFileRaw) && !hasDataFile) {
    throw invalid('autoclear_features', 88, 'raw external data', 'an external data file with it')
  }
}

/** The rules about the tables the header points to. Throws `field-invalid` or `table-too-large`. */
export function checkHeaderTables(
  header: Qcow2Header,
  geometry: Geometry,
  strictness: HeaderStrictness,
): void {
  if (strictness === 'open' && header.refcountTableClusters === 0) {
    throw invalid('refcount_table_clusters', 56, 0, 'at least 1')
  }
  checkTable(geometry, {
    structure: 'refcount table',
    field: 'refcount_table_offset',
    fieldAt: 48,
    offset: header.refcountTableOffset,
    bytes: header.refcountTableClusters * geometry.clusterSize,
    limit: limits.refcountTable,
  })
  if (strictness === 'open' && header.snapshotCount > 0) {
    if (header.snapshotCount > limits.snapshots) {
      throw new ImageError('table-too-large', {
        structure: 'snapshot table',
        offset: header.snapshotsOffset,
        found: `${header.snapshotCount} snapshots`,
        limit: limits.snapshots,
      })
    }
    if (!isAligned(header.snapshotsOffset, geometry.clusterSize)) {
      throw unaligned('snapshots_offset', 64, header.snapshotsOffset, geometry)
    }
  }
  checkTable(geometry, {
    structure: 'L1 table',
    field: 'l1_table_offset',
    fieldAt: 40,
    offset: header.l1TableOffset,
    bytes: header.l1Size * L1_ENTRY_BYTES,
    limit: limits.l1Table,
  })
  if (header.l1Size < geometry.l1EntriesNeeded) {
    throw invalid(
      'l1_size',
      36,
      header.l1Size,
      `at least ${geometry.l1EntriesNeeded} for a disk of ${header.size} bytes`,
    )
  }
}

interface TableClaim {
  readonly structure: string
  readonly field: string
  readonly fieldAt: number
  readonly offset: number
  readonly bytes: number
  readonly limit: number
}

function checkTable(geometry: Geometry, claim: TableClaim): void {
  if (claim.bytes > claim.limit) {
    throw new ImageError('table-too-large', {
      structure: claim.structure,
      offset: claim.offset,
      found: `${claim.bytes} bytes`,
      expected: `${claim.limit} bytes`,
    })
  }
  if (!isAligned(claim.offset, geometry.clusterSize)) {
    throw unaligned(claim.field, claim.fieldAt, claim.offset, geometry)
  }
}

/** Entries of the refcount table. */
export const refcountTableEntries = (header: Qcow2Header, geometry: Geometry): number =>
  (header.refcountTableClusters * geometry.clusterSize) / REFCOUNT_TABLE_ENTRY_BYTES

function unaligned(
  field: string,
  at: number,
  found: number,
  { clusterSize }: Geometry,
): ImageError {
  return invalid(field, at, found, `a multiple of the cluster size (${clusterSize})`)
}

const invalid = (field: string, offset: number, found: number | string, expected: string) =>
  new ImageError('field-invalid', { structure: 'header', field, offset, found, expected })
