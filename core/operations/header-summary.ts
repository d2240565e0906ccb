import type { ImageErrorData } from '../errors/image-error.ts'
import type { FormatName, ImageUse } from './image-info.ts'

/**
 * What one row of the library needs, from a few KiB of header and one fstat. A file that cannot be
 * understood is a summary with `error`, not an exception.
 */
export interface HeaderSummary {
  /** Absolute path. */
  readonly path: string
  /** `device:inode`, decimal: follows the file when it is renamed or moved on its volume. */
  readonly identity: string
  /** SHA-256 of the first 4 KiB, hex: recognises a file that came back under another identity. */
  readonly fingerprint: string
  readonly format: FormatName | undefined
  /** `qcow2 v3`, `VMDK (stream optimized)`, `raw`… */
  readonly formatLabel: string
  readonly virtualSize: number | undefined
  readonly fileLength: number
  readonly allocatedBytes: number | undefined
  readonly modifiedAt: number
  readonly createdAt: number | undefined
  readonly clusterSize: number | undefined
  readonly refcountBits: number | undefined
  readonly compressionType: 'zlib' | 'zstd' | undefined
  readonly encryption: 'none' | 'aes' | 'luks' | undefined
  readonly extendedL2: boolean | undefined
  readonly lazyRefcounts: boolean | undefined
  readonly dirty: boolean
  readonly corrupt: boolean
  readonly snapshotCount: number | undefined
  readonly bitmapCount: number | undefined
  readonly backing: LinkSummary | undefined
  /** The file that holds the guest's clusters in place of this one; absent: this one does. */
  readonly dataFile?: LinkSummary | undefined
  readonly use: ImageUse
  readonly error: ImageErrorData | undefined
}

/** A file that an image names. */
export interface LinkSummary {
  /** As written in the image. */
  readonly name: string
  /** `outside` names point out of the image's folder; `not-a-path` are json: and URL names. */
  readonly state: 'present' | 'missing' | 'outside' | 'not-a-path'
  /** Absolute path for names that are paths. */
  readonly target: string | undefined
}
