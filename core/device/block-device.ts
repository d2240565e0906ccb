import type { DeviceCheck } from './device-check.ts'
import type { DeviceConfig } from './device-config.ts'
import type { DeviceStatistics } from './device-statistics.ts'
import type { OperationContext } from '../progress.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { OnlineCompaction } from '../qcow2/recycle/image-recycler.ts'

export interface DeviceInfo {
  readonly format: 'qcow2' | 'raw'
  /** Bytes the guest sees. */
  readonly virtualSize: number
  readonly sectorSize: 512
  readonly readOnly: boolean
}

/**
 * A virtual disk that can be read and written, as the seed's BLOCK interface has it, in bytes. Any byte
 * range inside the disk; calls may run at the same time, and those on overlapping ranges take turns, in any order.
 * Nothing is durable before `flush` resolves. After `close` every call throws `device-closed`.
 *
 * All throw `out-of-range` past the disk's end, `invalid-argument` for what is no whole number of bytes
 * and, where they change something, `image-read-only`.
 */
export interface BlockDevice extends AsyncDisposable {
  readonly config: DeviceConfig
  info(): DeviceInfo
  /** undefined for a raw image. */
  header(): HeaderArea | undefined
  stats(): DeviceStatistics

  read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void>
  /** `from` must not change until it resolves. */
  write(from: Uint8Array, at: number): Promise<void>
  /** The range reads as zeroes; clusters stay allocated unless `unmap`. */
  writeZeroes(at: number, length: number, options?: { readonly unmap?: boolean }): Promise<void>
  /** The guest no longer needs the range: it reads as zeroes, and whole clusters are freed. */
  discard(at: number, length: number): Promise<void>
  flush(): Promise<void>

  /** Bytes. Shrinking needs `shrink: true`; what is cut off is gone, and never comes back by growing. */
  resize(virtualSize: number, options?: { readonly shrink?: boolean }): Promise<void>

  /**
   * The first guest offset at or after `at` whose cluster is stored in this image, `virtualSize` when
   * there is none. From inside an unmapped cluster it is the start of a mapped one, never its middle.
   */
  seekMapped(at: number): number
  /** The first guest offset at or after `at` that is not stored in this image, else `virtualSize`. */
  seekUnmapped(at: number): number

  /**
   * Moves clusters from the end of the file into holes, and cuts it, while reads and writes go on: until
   * nothing can move any more. What snapshots share and what is compressed stays where it is. undefined
   * for a raw image, in which nothing can move. Can be paused; throws `cancelled` within 200 ms of the
   * signal, and `recycler-stopped` when the device is closed meanwhile. Every moment of it is a valid image.
   */
  compact(context?: OperationContext): Promise<OnlineCompaction | undefined>
  /** Resolves when nothing goes on by itself before time passes or somebody changes the image. For tests. */
  idle(): Promise<void>

  /** Counts all references anew. A raw image has none to count. */
  rebuildRefcounts(): Promise<void>
  /** Of what was written, flushed or not. undefined for a raw image, which has nothing to check. */
  check(): Promise<DeviceCheck | undefined>
  /**
   * Throws when what is in memory contradicts itself or what a walk through the tables finds: a count
   * that is not the number of references, a cluster that is used twice, used and free, or lost. Runs by
   * itself after every change where `runtimeAsserts` is set.
   */
  assertConsistent(): Promise<void>
  close(): Promise<void>
}
