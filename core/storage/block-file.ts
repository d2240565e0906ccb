import type { IoTag } from './io-tag.ts'

/** Which file on which volume: survives renames, tells two names of one file apart from two files. */
export interface FileIdentity {
  readonly device: bigint
  readonly inode: bigint
}

/** When a file was changed and made, Unix time in milliseconds. */
export interface FileTimes {
  readonly modifiedAt: number
  /** undefined where the file system keeps no such date. */
  readonly createdAt: number | undefined
}

/** Whether a byte range of the host file is stored or a hole, and where that ends. */
export interface HostRun {
  readonly kind: 'data' | 'hole'
  /** First byte after the run. */
  readonly end: number
}

/**
 * Where the bytes of an image live. This is the reading half: every image of this release is opened
 * read-only, and nothing behind this interface can change a file.
 *
 * - Reads are never short: what lies past the end of the file reads as zeroes (QEMU does the same;
 *   the callers that must tell the difference compare with `size()` first).
 * - `readNow` blocks the calling thread. Metadata is small and hot, and the engine runs on worker
 *   threads, where a positioned synchronous read costs a tenth of a promise.
 * - Errors are `ImageError`s that name the file.
 */
export interface BlockFile extends AsyncDisposable {
  /** The path the file was opened by, for messages. */
  readonly name: string
  /** undefined where there is no file behind (memory). */
  readonly identity: FileIdentity | undefined
  /** Current length in bytes. Asked anew each time: a running VM grows its image. */
  size(): number
  /** Bytes the host really stores for the file, or undefined where the host does not tell. */
  allocatedBytes(): number | undefined
  /** undefined where there is no file behind (memory). */
  times(): FileTimes | undefined
  /** Fills `into` from byte `at`. */
  readNow(into: Uint8Array, at: number, tag: IoTag): void
  /** As `readNow`, without blocking the thread. */
  read(into: Uint8Array, at: number, tag: IoTag): Promise<void>
  /**
   * The run of stored bytes or of hole that byte `at` (below `size()`) lies in. Where the host cannot
   * tell, all is data: `{ kind: 'data', end: size() }`.
   */
  hostRun(at: number): HostRun
  close(): Promise<void>
}
