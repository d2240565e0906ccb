import type { DiskImage, LayerRun } from '../image/disk-image.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { checkDevice, type DeviceCheck } from './device-check.ts'
import type { Disk } from './disk.ts'
import { isStoredInCluster, isStoredOnHost } from './stored-run.ts'

/** An image of any format, opened for reading. */
export class ReadOnlyDisk implements Disk {
  readonly changes = undefined
  readonly recycler = undefined
  readonly #image: DiskImage

  constructor(image: DiskImage) {
    this.#image = image
  }

  get format(): 'qcow2' | 'raw' {
    return this.#image.format
  }

  get name(): string {
    return this.#image.file.name
  }

  get virtualSize(): number {
    return this.#image.virtualSize
  }

  header(): HeaderArea | undefined {
    return this.#image instanceof Qcow2Image ? this.#image.area : undefined
  }

  runAt(at: number, limit: number): LayerRun {
    return this.#image.runAt(at, limit)
  }

  isStored(run: LayerRun): boolean {
    return this.format === 'raw' ? isStoredOnHost(run) : isStoredInCluster(run)
  }

  read(into: Uint8Array, at: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#image.read(into, at, signal)
  }

  lookups(): { readonly hits: number; readonly misses: number } {
    return this.#image instanceof Qcow2Image ? this.#image.tables.lookups : { hits: 0, misses: 0 }
  }

  space(): { readonly used: number | undefined; readonly size: number } {
    const { file } = this.#image
    return {
      used: this.format === 'raw' ? file.allocatedBytes() : undefined,
      size: file.size(),
    }
  }

  async check(): Promise<DeviceCheck | undefined> {
    return this.#image instanceof Qcow2Image ? checkDevice(this.#image) : undefined
  }

  // Nothing is in memory but copies of what the file says.
  async assertConsistent(): Promise<void> {}

  close(): Promise<void> {
    return this.#image.close()
  }
}
