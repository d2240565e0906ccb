import type { BlockFile } from './block-file.ts'
import type { IoTag } from './io-tag.ts'

/**
 * A file whose bytes may change. Nothing here is durable until `flush`; between two flushes a power cut
 * may keep, drop or tear (at 512 bytes) any of the writes, in any order. Whoever needs an order flushes.
 *
 * - Writes are never short, and grow the file as needed; the gap before them reads as zeroes.
 * - Errors are `ImageError`s that name the file: `no-space`, `write-failed`, `flush-failed`.
 */
export interface WritableFile extends BlockFile {
  /** Writes all of `from` at byte `at`, blocking the thread: for metadata, which is small. */
  writeNow(from: Uint8Array, at: number, tag: IoTag): void
  /** As `writeNow`, without blocking. `from` must not change until it resolves. */
  write(from: Uint8Array, at: number, tag: IoTag): Promise<void>
  /**
   * What was written before this call survives a power cut once it resolves. After a failure nobody
   * knows what is on the disk, and a second flush may succeed without having written it: whoever gets
   * `flush-failed` must stop writing to the file.
   */
  flush(): Promise<void>
  /** Sets the file's length in bytes: cuts it, or grows it by a hole. */
  truncate(size: number): void
  /** The range reads as zeroes afterwards and its space is free, or `unsupported` and nothing changed. */
  punchHole(at: number, length: number): 'punched' | 'unsupported'
  /**
   * Space for the range is promised by the host, content unchanged (holes read as zeroes still); the file
   * grows when the range ends past its end. After `no-space` part of it may have been promised.
   */
  allocate(at: number, length: number): 'allocated' | 'unsupported'
}
