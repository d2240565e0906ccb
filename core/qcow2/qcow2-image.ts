import { throwIfAborted } from '../base/abort.ts'
import { alignDown, alignUp, ceilDiv } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Codecs } from '../image/codec.ts'
import type { DiskImage, LayerRun } from '../image/disk-image.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { L1_ENTRY_BYTES, limits, SECTOR } from './format/constants.ts'
import type { Geometry } from './format/geometry.ts'
import type { HeaderArea } from './format/header-area.ts'
import { snapshotExtras, type SnapshotEntry } from './format/snapshot-table.ts'
import { L1Table, type TablePlace } from './l1-table.ts'
import { L2Tables } from './l2-tables.ts'
import { LayerMap } from './layer-map.ts'
import { readLayer } from './read.ts'
import { readSnapshots } from './snapshots.ts'

export interface Qcow2Parts {
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly codecs: Codecs
  /** The external data file, when the header asks for one; possibly one that is not available. */
  readonly dataFile?: BlockFile | undefined
  readonly backing?: DiskImage | undefined
}

/** A qcow2 image open for reading. Owns its file, its data file and its backing image. */
export class Qcow2Image implements DiskImage {
  readonly format = 'qcow2'
  readonly unavailable = undefined
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly geometry: Geometry
  readonly virtualSize: number
  readonly backing: DiskImage | undefined
  /** The external data file; undefined when guest data lies in the image itself. */
  readonly dataFile: BlockFile | undefined
  /** The active L1 table. */
  readonly l1: L1Table
  readonly tables: L2Tables
  readonly #codecs: Codecs
  readonly #map: LayerMap

  constructor({ file, area, codecs, dataFile, backing }: Qcow2Parts) {
    const { header, geometry } = area
    this.file = file
    this.area = area
    this.geometry = geometry
    this.virtualSize = geometry.virtualSize
    this.dataFile = dataFile
    this.backing = backing
    this.#codecs = codecs
    this.l1 = new L1Table(file, { offset: header.l1TableOffset, entries: header.l1Size })
    this.tables = new L2Tables(file, geometry)
    this.#map = this.#mapOf(this.l1)
  }

  get encrypted(): boolean {
    return this.area.encryption !== 'none'
  }

  runAt(at: number, limit: number): LayerRun {
    mustLieInDisk(this, at, limit)
    return this.#map.runAt(at, limit)
  }

  async read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void> {
    mustLieInDisk(this, at, into.length)
    await this.#read(this.#map, into, at, signal)
  }

  /** The internal snapshots, oldest first. Throws `structure-damaged` or `table-too-large`. */
  snapshots(): SnapshotEntry[] {
    return readSnapshots(this.file, this.area.header)
  }

  /**
   * The disk as it was when a snapshot was taken. Shares this image's files, so it is good for as long
   * as the image is open, and closing it closes nothing. Throws `structure-damaged` when the snapshot's
   * L1 table cannot be where the entry says.
   */
  atSnapshot(entry: SnapshotEntry): DiskImage {
    const { l1TableOffset, l1Size } = entry
    const { clusterSize, l2Coverage } = this.geometry
    const size = alignDown(snapshotExtras(entry).diskSize ?? this.virtualSize, SECTOR)
    const needed = ceilDiv(size, l2Coverage)
    const bytes = l1Size * L1_ENTRY_BYTES
    const fits = bytes <= limits.l1Table && l1TableOffset + bytes <= this.file.size()
    if (l1TableOffset % clusterSize !== 0 || !fits || l1Size < needed) {
      throw new ImageError('structure-damaged', {
        path: this.file.name,
        structure: 'snapshot L1 table',
        offset: l1TableOffset,
        found: `${l1Size} entries`,
        expected: `${needed} entries or more in the file, aligned to a cluster`,
      })
    }
    return this.#viewOf({ offset: l1TableOffset, entries: l1Size }, size)
  }

  /**
   * The VM state of a snapshot: bytes [from, image.virtualSize) of a view like `atSnapshot`, which lie behind
   * the disk at the next L2 table (QEMU: `qcow2_vm_state_offset`). undefined when the snapshot has none.
   */
  vmStateOf(
    entry: SnapshotEntry,
  ): { readonly image: DiskImage; readonly from: number } | undefined {
    const { l1TableOffset: offset, l1Size: entries } = entry
    const { diskSize = this.area.header.size, vmStateSize } = snapshotExtras(entry)
    const { l2Coverage } = this.geometry
    const from = alignUp(diskSize, l2Coverage)
    const end = Math.min(from + vmStateSize, entries * l2Coverage)
    if (end <= from) return undefined
    return { image: this.#viewOf({ offset, entries }, end), from }
  }

  async close(): Promise<void> {
    await this.backing?.close()
    await this.dataFile?.close()
    await this.file.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #viewOf(l1: TablePlace, size: number): DiskImage {
    const map = this.#mapOf(new L1Table(this.file, l1))
    const view: DiskImage = {
      format: 'qcow2',
      unavailable: undefined,
      file: this.file,
      virtualSize: size,
      backing: this.backing,
      encrypted: this.encrypted,
      runAt: (at, limit) => {
        mustLieInDisk(view, at, limit)
        return map.runAt(at, limit)
      },
      read: async (into, at, signal) => {
        mustLieInDisk(view, at, into.length)
        await this.#read(map, into, at, signal)
      },
      close: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }
    return view
  }

  #mapOf(l1: L1Table): LayerMap {
    const { area, geometry, tables, file } = this
    return new LayerMap({
      geometry,
      files: { image: file, data: this.dataFile ?? file },
      l1,
      tables,
      version: area.header.version,
      hasDataFile: area.dataFileName !== undefined,
      dataFileRaw: area.dataFileRaw,
    })
  }

  async #read(
    map: LayerMap,
    into: Uint8Array,
    at: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    throwIfAborted(signal)
    const { header, encryption } = this.area
    // Also for ranges that are zero or unallocated: half of a disk's content is no content.
    if (this.encrypted) {
      const format = encryption === 'luks' ? 'LUKS' : 'AES'
      throw new ImageError('encrypted', { path: this.file.name, format })
    }
    const packed = {
      file: this.file,
      clusterSize: this.geometry.clusterSize,
      compressionType: header.compressionType === 1 ? 'zstd' : 'zlib',
      codecs: this.#codecs,
    } as const
    const { geometry, backing } = this
    await readLayer({ map, geometry, backing, packed }, { into, at }, signal)
  }
}
