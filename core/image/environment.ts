import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
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

/** An environment that can change files too; what only reads never gets one. */
export interface WritingEnvironment extends Environment {
  /**
   * Opens an image for writing and holds it as QEMU's writers do (docs/QCOW2.md, "Locks") until it is
   * closed, so that neither QEMU nor another Platter opens it meanwhile. Throws as `openFile`, and
   * `file-in-use` with the holder's name and PID when somebody else has it.
   */
  openForWriting(path: string): Promise<WritableFile>
  /** Opens a file for reading and holds it as QEMU's readers do: nobody writes to it meanwhile. */
  openForHolding(path: string): Promise<BlockFile>
  /** Makes a new file, held as above. Throws `file-exists`: nothing is ever overwritten. */
  createFile(path: string): Promise<WritableFile>
  /** Removes a file that `createFile` made. */
  removeFile(path: string): Promise<void>
  /** Makes the names that were made or removed in a folder durable. */
  flushFolder(path: string): Promise<void>
}

/** An environment in which a new file can take the place of another. */
export interface ExchangingEnvironment extends WritingEnvironment {
  /** As `createFile`; nobody but its owner may open the file until it gets the rights of another. */
  createPrivateFile(path: string): Promise<WritableFile>
  /**
   * Gives the file at `to` owner, group, mode, access list, extended attributes and times of the one at
   * `from`. Throws `rewrite-attributes` for one that the system does not let us give.
   */
  copyAttributes(from: string, to: string): Promise<void>
  /** As `copyAttributes`, without the times: for a file with another content. */
  copyRights(from: string, to: string): Promise<void>
  /** How many names (hard links) the file at `path` has. */
  countNames(path: string): Promise<number>
  /** Gives the file at `path` a second name. Throws `file-exists` and what the system says. */
  addName(path: string, name: string): Promise<void>
  /**
   * The file at `path` takes the place of the one at `over`, in one step: whoever opens that name meanwhile
   * finds one or the other. Not durable before `flushFolder`.
   */
  moveName(path: string, over: string): Promise<void>
  /**
   * Gives the file at `path` another name, never over another file. Throws `file-exists`, and with `errno` EXDEV
   * when the name is on another volume. Not durable before both folders are flushed.
   */
  renameFile(path: string, name: string): Promise<void>
  /** The names in a folder, in no order. */
  namesIn(folder: string): Promise<readonly string[]>
}
