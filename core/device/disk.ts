import type { LayerRun } from '../image/disk-image.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { ImageRecycler } from '../qcow2/recycle/image-recycler.ts'
import type { DeviceCheck } from './device-check.ts'
import type { DeviceStatistics, Freed } from './device-statistics.ts'

/**
 * What one format puts beneath a `Device`, which adds everything that is the same for all of them:
 * argument checks, closing, statistics, seeks. Ranges are whole numbers that lay inside the disk when
 * the call came; a disk that can shrink looks again once nothing can change its size any more.
 */
export interface Disk {
  readonly format: 'qcow2' | 'raw'
  /** Path of the image, for messages. */
  readonly name: string
  readonly virtualSize: number
  /** undefined for a disk that is open for reading only. */
  readonly changes: DiskChanges | undefined
  /** What keeps the file small meanwhile; undefined where there is nothing to keep small. */
  readonly recycler: ImageRecycler | undefined
  header(): HeaderArea | undefined
  /** As DiskImage.runAt. */
  runAt(at: number, limit: number): LayerRun
  /** Whether the run occupies space of this image, so that seeks call it mapped. */
  isStored(run: LayerRun): boolean
  read(into: Uint8Array, at: number, signal: AbortSignal | undefined): Promise<void>
  /** L2 tables that were asked for, by whether they were in memory. */
  lookups(): { readonly hits: number; readonly misses: number }
  space(): Pick<DeviceStatistics, 'used' | 'size'>
  /** undefined where the format has nothing to check. */
  check(): Promise<DeviceCheck | undefined>
  /** Throws when what is in memory contradicts itself or the file. */
  assertConsistent(): Promise<void>
  close(): Promise<void>
}

/** The half of a disk that changes its image. */
export interface DiskChanges {
  write(from: Uint8Array, at: number): Promise<void>
  writeZeroes(at: number, length: number, unmap: boolean): Promise<Freed>
  discard(at: number, length: number): Promise<Freed>
  flush(): Promise<void>
  resize(virtualSize: number, shrink: boolean): Promise<void>
  rebuildRefcounts(): Promise<void>
}
