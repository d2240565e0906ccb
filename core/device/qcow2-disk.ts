import type { Codecs } from '../image/codec.ts'
import { ImageError } from '../errors/image-error.ts'
import type { LayerRun } from '../image/disk-image.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import type { ImageRecycler } from '../qcow2/recycle/image-recycler.ts'
import type { Qcow2Writer } from '../qcow2/qcow2-writer.ts'
import { rebuildRefcounts } from '../qcow2/repair/rebuild-refcounts.ts'
import { resizeDisk } from '../qcow2/resize/resize-disk.ts'
import { assertConsistent } from './assert-consistent.ts'
import { checkDevice, type DeviceCheck } from './device-check.ts'
import type { Freed } from './device-statistics.ts'
import type { Disk, DiskChanges } from './disk.ts'
import { mustBeSize } from './new-size.ts'
import { OverlaidFile } from './overlaid-file.ts'
import { isStoredInCluster } from './stored-run.ts'

/** A qcow2 image that may be changed. */
export class Qcow2Disk implements Disk, DiskChanges {
  readonly format = 'qcow2'
  readonly #writer: Qcow2Writer
  readonly #codecs: Codecs
  readonly recycler: ImageRecycler | undefined

  constructor(writer: Qcow2Writer, codecs: Codecs, recycler?: ImageRecycler) {
    this.#writer = writer
    this.#codecs = codecs
    this.recycler = recycler
  }

  get name(): string {
    return this.#writer.file.name
  }

  get virtualSize(): number {
    return this.#writer.virtualSize
  }

  get changes(): DiskChanges {
    return this
  }

  header(): HeaderArea {
    return this.#writer.area
  }

  runAt(at: number, limit: number): LayerRun {
    return this.#writer.runAt(at, limit)
  }

  isStored(run: LayerRun): boolean {
    return isStoredInCluster(run)
  }

  read(into: Uint8Array, at: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#writer.read(into, at, signal)
  }

  write(from: Uint8Array, at: number): Promise<void> {
    return this.#writer.write(from, at)
  }

  writeZeroes(at: number, length: number, unmap: boolean): Promise<Freed> {
    return this.#writer.writeZeroes(at, length, { unmap })
  }

  discard(at: number, length: number): Promise<Freed> {
    return this.#writer.discard(at, length)
  }

  flush(): Promise<void> {
    return this.#writer.flush()
  }

  async resize(virtualSize: number, shrink: boolean): Promise<void> {
    const codecs = this.#codecs
    mustBeSize(this.name, { from: this.virtualSize, to: virtualSize, shrink })
    if (virtualSize < this.virtualSize) await this.#mustNotContradict()
    await this.#writer.exclusively(async ({ tables, backing, dataFile }) => {
      // Another resize may have come first.
      mustBeSize(this.name, { from: tables.geometry.virtualSize, to: virtualSize, shrink })
      const wish = { size: virtualSize, preallocation: 'off' } as const
      await resizeDisk({ tables, backing, dataFile, codecs }, wish, {})
    })
  }

  /** A smaller disk frees space and cuts the file by refcounts: they have to be right. */
  async #mustNotContradict(): Promise<void> {
    const { corruptions, checkErrors } = await this.check()
    const found = corruptions + checkErrors
    if (found > 0) throw new ImageError('contradictions-found', { path: this.name, found })
  }

  rebuildRefcounts(): Promise<void> {
    return this.#writer.restructure((file, area) => rebuildRefcounts(file, area))
  }

  lookups(): { readonly hits: number; readonly misses: number } {
    return this.#writer.lookups
  }

  space(): { readonly used: number | undefined; readonly size: number } {
    return { used: this.recycler?.statistics.now.used, size: this.#writer.file.size() }
  }

  /** Of the image as the next flush leaves it: a check alone changes no byte of the file. */
  check(): Promise<DeviceCheck> {
    const { dataFile } = this.#writer
    return this.#writer.inspect((tables) =>
      checkDevice({
        file: new OverlaidFile(tables.file, tables.contents()),
        area: tables.area,
        dataFile,
      }),
    )
  }

  assertConsistent(): Promise<void> {
    const { dataFile } = this.#writer
    return this.#writer.inspect(async (tables) => {
      this.recycler?.assertConsistent()
      await assertConsistent(tables, dataFile)
    })
  }

  close(): Promise<void> {
    return this.#writer.close()
  }
}
