import { ImageError } from '../errors/image-error.ts'
import type { Codecs } from '../image/codec.ts'
import type { DiskImage, LayerRun } from '../image/disk-image.ts'
import { mustBeInside } from '../image/guest-range.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { HeaderArea } from './format/header-area.ts'
import type { SnapshotEntry } from './format/snapshot-table.ts'
import { L1Table } from './l1-table.ts'
import { L2Tables } from './l2-tables.ts'
import { LayerMap } from './layer-map.ts'
import { readLayer } from './read.ts'
import { readSnapshots } from './snapshots.ts'

export interface Qcow2Parts {
  readonly file: BlockFile
  readonly area: HeaderArea
  /** The external data file when the image has one (perhaps one that could not be opened). */
  readonly dataFile: BlockFile | undefined
  readonly backing: DiskImage | undefined
  readonly codecs: Codecs
}

/** A qcow2 image opened for reading: the active state of one layer, and what lies below it. */
export class Qcow2Image implements DiskImage {
  readonly format = 'qcow2'
  readonly unavailable = undefined
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly backing: DiskImage | undefined
  readonly #dataFile: BlockFile | undefined
  readonly #codecs: Codecs
  readonly #map: LayerMap

  constructor({ file, area, dataFile, backing, codecs }: Qcow2Parts) {
    this.file = file
    this.area = area
    this.backing = backing
    this.#dataFile = dataFile
    this.#codecs = codecs
    const { header, geometry } = area
    this.#map = new LayerMap({
      geometry,
      files: { image: file, data: dataFile ?? file },
      l1: new L1Table(file, { offset: header.l1TableOffset, entries: header.l1Size }),
      tables: new L2Tables(file, geometry),
      version: header.version,
      hasDataFile: dataFile !== undefined,
      dataFileRaw: area.dataFileRaw,
    })
  }

  get virtualSize(): number {
    return this.area.geometry.virtualSize
  }

  get encrypted(): boolean {
    return this.area.encryption !== 'none'
  }

  runAt(at: number, limit: number): LayerRun {
    mustBeInside(this, at, limit)
    return this.#map.runAt(at, limit)
  }

  /** Throws `encrypted` when the content needs a passphrase. */
  async read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void> {
    mustBeInside(this, at, into.length)
    if (this.encrypted) {
      const format = this.area.encryption === 'aes' ? 'AES' : 'LUKS'
      throw new ImageError('encrypted', { path: this.file.name, format })
    }
    const { geometry, header } = this.area
    const reader = {
      map: this.#map,
      geometry,
      backing: this.backing,
      packed: {
        file: this.file,
        clusterSize: geometry.clusterSize,
        compressionType: header.compressionType === 1 ? 'zstd' : 'zlib',
        codecs: this.#codecs,
      },
    } as const
    await readLayer(reader, { into, at }, signal)
  }

  /** The internal snapshots in the order of their table. Throws when it is damaged. */
  snapshots(): SnapshotEntry[] {
    return readSnapshots(this.file, this.area)
  }

  async close(): Promise<void> {
    const parts = [this.file, this.#dataFile, this.backing].filter((part) => part !== undefined)
    // Every part is closed before a failure of one is told.
    const results = await Promise.allSettled(parts.map((part) => part.close()))
    const failure = results.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
