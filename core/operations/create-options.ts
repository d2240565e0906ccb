import type { LinkPolicy } from '../image/open-gate.ts'
import type { Qcow2Options } from '../qcow2/create/settings.ts'
import type { Preallocation } from '../qcow2/preallocation.ts'

/**
 * What can be chosen for a new image. QEMU's `nocow` is not among it: it sets an attribute of Btrfs that
 * no other file system has, and `chattr +C` on the folder does the same for every image in it.
 */
export type CreateOptions = CreateQcow2Options | CreateRawOptions

export interface CreateQcow2Options extends Qcow2Options {
  readonly format: 'qcow2'
  /** Bytes; rounded up to whole sectors of 512. Default: the size of the backing file or data file. */
  readonly size?: number | undefined
  readonly backing?: NewBackingFile | undefined
  readonly dataFile?: NewDataFile | undefined
  /**
   * For the links of the backing file: the backing file itself was named by a person. Default
   * `same-folder`.
   */
  readonly links?: LinkPolicy | undefined
}

export interface CreateRawOptions {
  readonly format: 'raw'
  /** Bytes; rounded up to whole sectors of 512. */
  readonly size: number
  /** A raw file has no tables: everything but `metadata`. */
  readonly preallocation?: Preallocation | undefined
}

export interface NewBackingFile {
  /** Stored as given: a path that is not absolute is relative to the folder of the new image. */
  readonly name: string
  /** Stored too, so that nobody ever has to guess it from what a guest wrote. */
  readonly format: 'qcow2' | 'raw'
}

export interface NewDataFile {
  /** Stored as given: a path that is not absolute is relative to the folder of the new image. */
  readonly name: string
  /** The data file is at any time what a guest sees, byte for byte. */
  readonly raw?: boolean | undefined
  /** Take a file that is there: it becomes the disk as it is, so only with `raw`. */
  readonly useExisting?: boolean | undefined
}
