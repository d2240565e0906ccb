import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import type { HostRun, ReservedRun } from '../tables/host-run.ts'
import type { ImageTables } from '../tables/image-tables.ts'

/** Where guest clusters are stored: in the image file, counted, or in an external data file. */
export interface ClusterStore {
  /** Clusters for `clusters` guest clusters from guest offset `guest`, or for the first of them. */
  reserve(guest: number, clusters: number): ReservedRun
  /** Gives reserved clusters back that no entry refers to. */
  unreserve(run: HostRun): void
  /** One reference to each cluster of the run is gone. */
  unreference(run: HostRun): void
  write(from: Uint8Array, at: HostOffset): Promise<void>
}

/** Clusters of the image file: the tables count who uses them. */
export const imageStore = (tables: ImageTables): ClusterStore => ({
  reserve: (_guest, clusters) => tables.reserve(clusters),
  unreserve: (run) => tables.unreserve(run),
  unreference: (run) => tables.unreference(run),
  write: (from, at) => tables.writeData(from, at, 'data'),
})

/**
 * Clusters of an external data file: each guest cluster has its own place, at the same offset, so nothing
 * is given out, shared or counted. What is at a place that no entry refers to may be anything. QEMU does
 * so for all data files, not only for those that are to be readable as raw images.
 */
export class DataFileStore implements ClusterStore {
  readonly file: WritableFile
  #freed: HostRun[] = []

  constructor(file: WritableFile) {
    this.file = file
  }

  reserve(guest: number, clusters: number): ReservedRun {
    return { offset: hostOffset(guest), clusters, reads: 'anything' }
  }

  unreserve(): void {}

  unreference(run: HostRun): void {
    this.#freed.push(run)
  }

  /** Runs that lost their reference since the last call. Some may be in use again. */
  takeFreed(): readonly HostRun[] {
    const freed = this.#freed
    this.#freed = []
    return freed
  }

  write(from: Uint8Array, at: HostOffset): Promise<void> {
    return this.file.write(from, at, 'data')
  }

  /** The range reads as zeroes and its space is free, where the host can do that. */
  punch(at: HostOffset, length: number): 'punched' | 'unsupported' {
    return this.file.punchHole(at, length)
  }
}
