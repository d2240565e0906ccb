import { alignUp, pow2 } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import {
  L1_ENTRY_BYTES,
  limits,
  MAX_CLUSTER_BITS,
  MAX_REFCOUNT_ORDER,
  MIN_CLUSTER_BITS,
  SECTOR,
  SUBCLUSTERS,
  V2_REFCOUNT_ORDER,
} from '../format/constants.ts'
import type { Preallocation } from '../preallocation.ts'

/** What can be chosen for a new qcow2 image; what is left out is as QEMU has it. */
export interface Qcow2Options {
  /** Default 3 (`compat=1.1`). */
  readonly version?: 2 | 3 | undefined
  /** Bytes, a power of two from 512 to 2 MiB. Default 64 KiB. */
  readonly clusterSize?: number | undefined
  /** 1, 2, 4 … 64. Default 16. */
  readonly refcountBits?: number | undefined
  readonly lazyRefcounts?: boolean | undefined
  /** Subclusters: smaller units of allocation without larger tables. */
  readonly extendedL2?: boolean | undefined
  /** Of the clusters that will be written compressed. Default zlib. */
  readonly compressionType?: 'zlib' | 'zstd' | undefined
  readonly preallocation?: Preallocation | undefined
}

/** What of the names concerns the choice of the other options. */
export interface NamedFiles {
  readonly hasBackingFile: boolean
  readonly dataFile: 'none' | 'plain' | 'raw'
}

/** Options that go together, every default filled in. */
export interface Qcow2Settings {
  readonly version: 2 | 3
  readonly clusterBits: number
  readonly clusterSize: number
  readonly refcountOrder: number
  readonly lazyRefcounts: boolean
  readonly extendedL2: boolean
  readonly compressionType: 'zlib' | 'zstd'
  readonly preallocation: Preallocation
  readonly dataFile: NamedFiles['dataFile']
}

const defaultClusterSize = 65_536

/**
 * The limits of each option and the combinations that qcow2 does not have (QEMU: qcow2_co_create).
 * Throws `option-invalid` or `options-conflict`.
 */
export function settingsOf(options: Qcow2Options, files: NamedFiles): Qcow2Settings {
  const {
    version = 3,
    clusterSize = defaultClusterSize,
    refcountBits = pow2(V2_REFCOUNT_ORDER),
    lazyRefcounts = false,
    extendedL2 = false,
    compressionType = 'zlib',
    preallocation = 'off',
  } = options
  const settings: Qcow2Settings = {
    version,
    clusterBits: clusterBitsOf(clusterSize),
    clusterSize,
    refcountOrder: refcountOrderOf(refcountBits),
    lazyRefcounts,
    extendedL2,
    compressionType,
    // A raw data file must read as the disk does, so every cluster has its place from the start.
    preallocation: files.dataFile === 'raw' && preallocation === 'off' ? 'metadata' : preallocation,
    dataFile: files.dataFile,
  }
  if (version === 2) refuseNewerFeatures(settings)
  if (extendedL2 && clusterSize / SUBCLUSTERS < SECTOR) {
    throw conflict(
      'Having extended L2 entries',
      `clusters of ${SUBCLUSTERS * SECTOR} bytes or more`,
    )
  }
  if (files.hasBackingFile && files.dataFile === 'raw') {
    throw conflict('A raw data file', 'an image without a backing file')
  }
  // Without subclusters an allocated cluster hides the backing file.
  if (files.hasBackingFile && preallocation !== 'off' && !extendedL2) {
    throw conflict('Preallocation over a backing file', 'extended L2 entries')
  }
  return settings
}

function refuseNewerFeatures(settings: Qcow2Settings): void {
  const newer: readonly (readonly [feature: string, isWanted: boolean])[] = [
    ['A data file', settings.dataFile !== 'none'],
    ['Having lazy refcounts', settings.lazyRefcounts],
    ['A refcount width other than 16 bits', settings.refcountOrder !== V2_REFCOUNT_ORDER],
    ['Having extended L2 entries', settings.extendedL2],
    ['zstd compression', settings.compressionType !== 'zlib'],
  ]
  const wanted = newer.find(([, isWanted]) => isWanted)
  if (wanted !== undefined) throw conflict(wanted[0], 'version 3 (compat 1.1)')
}

function clusterBitsOf(clusterSize: number): number {
  const bits = Math.log2(clusterSize)
  if (Number.isInteger(bits) && bits >= MIN_CLUSTER_BITS && bits <= MAX_CLUSTER_BITS) return bits
  throw invalid('cluster size', clusterSize, 'a power of two from 512 bytes to 2 MiB')
}

function refcountOrderOf(refcountBits: number): number {
  const order = Math.log2(refcountBits)
  if (Number.isInteger(order) && order >= 0 && order <= MAX_REFCOUNT_ORDER) return order
  throw invalid('refcount width', refcountBits, '1, 2, 4, 8, 16, 32 or 64 bits')
}

/**
 * The bytes of a new disk: `size` rounded up to whole sectors, as QEMU does. Throws `option-invalid` for
 * what is no size, and `disk-too-large` past the L1 table's limit or past 2^53.
 */
export function virtualSizeOf(size: number, settings: Qcow2Settings): number {
  const virtualSize = wholeSectors(size)
  const entryBytes = settings.extendedL2 ? 16 : 8
  const l2Coverage = (settings.clusterSize / entryBytes) * settings.clusterSize
  const limit = (limits.l1Table / L1_ENTRY_BYTES) * l2Coverage
  if (virtualSize <= limit) return virtualSize
  throw new ImageError('disk-too-large', {
    found: virtualSize,
    limit,
    structure: `the format with clusters of ${settings.clusterSize} bytes`,
    field: 'cluster size',
  })
}

/** Sizes are safe integers throughout; the last 16 MiB stay free, so that rounding up cannot leave them. */
const largestSize = Number.MAX_SAFE_INTEGER - (Number.MAX_SAFE_INTEGER % 0x100_0000)

/** As `virtualSizeOf`, for a raw disk. */
export function wholeSectors(size: number): number {
  if (!Number.isFinite(size) || size < 0 || !Number.isInteger(size)) {
    throw invalid('size', Number.isNaN(size) ? 'no number' : size, 'a whole number of bytes')
  }
  if (size <= largestSize) return alignUp(size, SECTOR)
  throw new ImageError('disk-too-large', {
    found: size,
    limit: largestSize,
    structure: 'Platter',
  })
}

const invalid = (field: string, found: number | string, expected: string) =>
  new ImageError('option-invalid', { field, found: String(found), expected })

const conflict = (feature: string, expected: string) =>
  new ImageError('options-conflict', { feature, expected })
