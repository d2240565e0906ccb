/** What `info` knows about an image: values only, shown by the window and printed by the command line. */
import type { ImageErrorData } from '../errors/image-error.ts'
import type { LinkRole } from '../image/open-gate.ts'

/** Every format Platter can name. Only `qcow2` and `raw` are opened in this release. */
export type FormatName =
  'qcow2' | 'raw' | 'vmdk' | 'vdi' | 'vhd' | 'vhdx' | 'qed' | 'qcow1' | 'iso' | 'luks' | 'gzip'

export interface SnapshotInfo {
  readonly id: string
  readonly name: string
  /** Bytes of saved guest memory; 0 when the snapshot holds the disk only. */
  readonly vmStateSize: number
  /** Unix time in milliseconds. */
  readonly createdAt: number
  /** Guest clock when it was taken, in milliseconds. */
  readonly vmClockMs: number
  readonly icount: number | undefined
  /** Virtual size of the disk when the snapshot was taken. */
  readonly diskSize: number
  /** Where its L1 table is (host offset) and how many entries it has. */
  readonly l1Offset: number
  readonly l1Entries: number
}

export interface BitmapInfo {
  readonly name: string
  /** Bytes of guest data one bit stands for. */
  readonly granularity: number
  readonly flags: readonly ('in-use' | 'auto')[]
}

export interface HeaderExtensionInfo {
  readonly type: number
  /** The specification's name, or `unknown`. */
  readonly name: string
  readonly length: number
}

export interface Qcow2Info {
  readonly version: 2 | 3
  readonly clusterSize: number
  readonly refcountBits: number
  readonly lazyRefcounts: boolean
  readonly dirty: boolean
  readonly corrupt: boolean
  readonly compressionType: 'zlib' | 'zstd'
  readonly extendedL2: boolean
  readonly encryption: 'none' | 'aes' | 'luks'
  readonly dataFile: string | undefined
  readonly dataFileRaw: boolean
  readonly headerLength: number
  readonly l1Offset: number
  readonly l1Entries: number
  readonly refcountTableOffset: number
  readonly refcountTableClusters: number
  /** Names of the feature bits that are set, from the image's own table where we do not know them. */
  readonly features: {
    readonly incompatible: readonly string[]
    readonly compatible: readonly string[]
    readonly autoclear: readonly string[]
  }
  readonly extensions: readonly HeaderExtensionInfo[]
  readonly bitmaps: readonly BitmapInfo[]
}

/** One layer of a backing chain, or the data file; index 0 is the image itself. */
export interface ChainLink {
  readonly role: LinkRole | 'image'
  /** As written in the layer above; the path itself for the image. */
  readonly name: string
  /** Absolute path after resolving; undefined for names that are no path (`json:`, URLs). */
  readonly path: string | undefined
  readonly format: FormatName | undefined
  /**
   * The image above does not say the format and no signature was found, so it is read as raw: its guest
   * decides what a prober would see, so nothing may ever be written on the strength of this.
   */
  readonly formatAssumed: boolean
  readonly virtualSize: number | undefined
  readonly allocatedBytes: number | undefined
  readonly state: 'open' | 'refused' | 'missing' | 'not-a-path' | 'loop' | 'too-deep' | 'unreadable'
  readonly error: ImageErrorData | undefined
}

/** Guest clusters of the active state by how they are stored. */
export interface ClusterCounts {
  readonly total: number
  readonly normal: number
  readonly zeroPlain: number
  readonly zeroAllocated: number
  readonly compressed: number
  readonly unallocated: number
  /** Normal clusters that do not follow their predecessor in the file (QEMU counts every compressed one). */
  readonly fragmented: number
}

export interface ImageInfo {
  /** Absolute path. */
  readonly path: string
  readonly format: FormatName
  /** Bytes the guest sees. */
  readonly virtualSize: number
  /** End of file. */
  readonly fileLength: number
  /** Bytes the host stores. */
  readonly allocatedBytes: number
  readonly modifiedAt: number
  readonly qcow2: Qcow2Info | undefined
  readonly snapshots: readonly SnapshotInfo[]
  readonly backingFile: string | undefined
  readonly backingFormat: string | undefined
  readonly chain: readonly ChainLink[]
  /** Only when asked for: it reads every L2 table. */
  readonly clusters: ClusterCounts | undefined
  readonly use: ImageUse
}

/** Who has an image open, as far as the system tells. */
export interface ImageUse {
  /**
   * `writing`: another process may change it now. `reading`: others read it. `unknown`: this platform
   * or file system does not tell.
   */
  readonly state: 'free' | 'reading' | 'writing' | 'unknown'
  readonly holders: readonly ImageHolder[]
  /** How the file is kept to one writer; undefined where that was not asked. */
  readonly locking?: FileLocking | undefined
}

/**
 * `lock-bytes`: QEMU's, so that QEMU and Platter keep each other out. `whole-file`: this platform or file
 * system has no such locks; Platters keep each other out, QEMU notices nothing. `none`: not even that.
 */
export type FileLocking = 'lock-bytes' | 'whole-file' | 'none'

export interface ImageHolder {
  readonly pid: number
  /** Process name, such as `qemu-system-x86_64`. */
  readonly name: string
  /** The VM's name when the command line tells. */
  readonly vm: string | undefined
}
