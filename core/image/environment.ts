import type { BlockFile } from '../storage/block-file.ts'
import type { Codecs } from './codec.ts'

/**
 * What the engine needs from the machine it runs on, handed in so that everything outside core/io stays
 * pure: the same code reads an image from a disk, from memory in a test, or from a damaged copy in a fuzz run.
 */
export interface Environment {
  /**
   * Opens a regular file for reading, and never blocks on what is not one. Throws `file-missing`,
   * `file-forbidden`, `file-is-folder`, `file-not-regular` or `read-failed`.
   */
  openFile(path: string): Promise<BlockFile>
  readonly paths: Paths
  readonly codecs: Codecs
}

/** Path arithmetic of the host, and the one question about paths that needs the file system. */
export interface Paths {
  /** The absolute path that `name` means to somebody who stands in `folder`. Follows no links. */
  resolve(folder: string, name: string): string
  /** The folder that holds `path`. */
  folderOf(path: string): string
  /** Whether `path` is `folder` itself or lies below it. Both absolute; nothing is followed. */
  isWithin(path: string, folder: string): boolean
  /** `path` with every symbolic link followed. Throws `file-missing`, `file-forbidden` or `read-failed`. */
  real(path: string): Promise<string>
}
