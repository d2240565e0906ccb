/**
 * qcow2 images made by hand: a small valid image in memory whose every byte a test can then break, with
 * calls that read like the sentence they stand for. Values are bigint where the format has 64 bits.
 *
 *   const image = new Qcow2Builder({ clusterBits: 12 })
 *   image.data(0, 0xaa).zeroPlain(1).snapshot({ id: '1', name: 'before' })
 *   image.build()
 *   image.l2Entry(0, (entry) => entry | 2n)         // a reserved bit
 *   image.setRefcount(image.hostClusterOf(0), 0n)   // in use, but counted as free
 *   await image.writeTo(path)
 *
 * Layout: header, refcount table, refcount blocks, L1 table, then L2 tables and the rest in the order
 * they were asked for.
 */
import { writeFile } from 'node:fs/promises'
import { deflateRawSync, zstdCompressSync } from 'node:zlib'

export const copied = 1n << 63n
const compressedFlag = 1n << 62n
export const zeroFlag = 1n

/** Byte positions of the header's fields. */
export const headerField = {
  magic: { at: 0, bytes: 4 },
  version: { at: 4, bytes: 4 },
  backingFileOffset: { at: 8, bytes: 8 },
  backingFileSize: { at: 16, bytes: 4 },
  clusterBits: { at: 20, bytes: 4 },
  size: { at: 24, bytes: 8 },
  cryptMethod: { at: 32, bytes: 4 },
  l1Size: { at: 36, bytes: 4 },
  l1TableOffset: { at: 40, bytes: 8 },
  refcountTableOffset: { at: 48, bytes: 8 },
  refcountTableClusters: { at: 56, bytes: 4 },
  snapshotCount: { at: 60, bytes: 4 },
  snapshotsOffset: { at: 64, bytes: 8 },
  incompatibleFeatures: { at: 72, bytes: 8 },
  compatibleFeatures: { at: 80, bytes: 8 },
  autoclearFeatures: { at: 88, bytes: 8 },
  refcountOrder: { at: 96, bytes: 4 },
  headerLength: { at: 100, bytes: 4 },
  compressionType: { at: 104, bytes: 1 },
} as const
export type HeaderField = keyof typeof headerField

export interface BuilderOptions {
  readonly version?: 2 | 3
  readonly clusterBits?: number
  readonly refcountOrder?: number
  /** Bytes the guest sees; default 16 clusters. */
  readonly virtualSize?: number
  readonly extendedL2?: boolean
  readonly compression?: 'zlib' | 'zstd'
  readonly lazyRefcounts?: boolean
  readonly dirty?: boolean
  readonly backing?: { readonly name: string; readonly format?: string }
  /** Name of an external data file: guest clusters then live at the same offset in that file. */
  readonly dataFile?: string
  readonly extensions?: readonly { readonly type: number; readonly data: Uint8Array }[]
}

interface SnapshotRequest {
  readonly id: string
  readonly name: string
  readonly extraBytes?: number
}

interface BitmapRequest {
  readonly name: string
  readonly granularityBits?: number
  readonly inUse?: boolean
}

export class Qcow2Builder {
  readonly clusterSize: number
  readonly version: 2 | 3
  readonly options: BuilderOptions
  readonly virtualSize: number
  readonly #entryBytes: number
  readonly #refcountOrder: number
  #bytes: Buffer
  #nextCluster: number
  readonly #refcounts = new Map<number, number>()
  readonly #entries = new Map<number, { entry: bigint; bitmap: bigint }>()
  readonly #hostClusters = new Map<number, number>()
  readonly #l2Tables = new Map<number, number>()
  readonly #snapshots: (SnapshotRequest & { l1Offset: number })[] = []
  readonly #bitmaps: (BitmapRequest & { tableOffset: number; dataOffset: number })[] = []
  #built = false
  #snapshotTable = 0
  #bitmapDirectory = 0

  constructor(options: BuilderOptions = {}) {
    this.options = options
    this.version = options.version ?? 3
    this.clusterSize = 2 ** (options.clusterBits ?? 12)
    this.virtualSize = options.virtualSize ?? 16 * this.clusterSize
    this.#refcountOrder = options.refcountOrder ?? 4
    this.#entryBytes = options.extendedL2 === true ? 16 : 8
    this.#bytes = Buffer.alloc(this.clusterSize)
    this.#nextCluster = 0
    // Header, refcount table, one refcount block, L1 table.
    for (let cluster = 0; cluster < 3; cluster++) this.#allocate()
    for (let cluster = 0; cluster < this.l1Clusters; cluster++) this.#allocate()
  }

  get entriesPerL2(): number {
    return this.clusterSize / this.#entryBytes
  }

  get l1Entries(): number {
    return Math.max(1, Math.ceil(this.virtualSize / (this.clusterSize * this.entriesPerL2)))
  }

  get l1Clusters(): number {
    return Math.ceil((this.l1Entries * 8) / this.clusterSize)
  }

  readonly refcountTableCluster = 1
  readonly refcountBlockCluster = 2
  readonly l1Cluster = 3

  /** The image's bytes; builds first when needed. */
  get bytes(): Buffer {
    if (!this.#built) this.build()
    return this.#bytes
  }

  get fileLength(): number {
    return this.bytes.length
  }

  get snapshotTableOffset(): number {
    return this.#snapshotTable
  }

  get bitmapDirectoryOffset(): number {
    return this.#bitmapDirectory
  }

  // Contents

  /** A normal cluster filled with one byte value. */
  data(guest: number, fill = 0xaa): this {
    if (this.options.dataFile !== undefined) {
      return this.#setEntry(guest, copied | BigInt(guest * this.clusterSize), 0xffffffffn)
    }
    const host = this.#allocate()
    this.#bytes.fill(fill, host * this.clusterSize, (host + 1) * this.clusterSize)
    this.#hostClusters.set(guest, host)
    return this.#setEntry(guest, copied | BigInt(host * this.clusterSize), 0xffffffffn)
  }

  zeroPlain(guest: number): this {
    if (this.options.extendedL2 === true) return this.#setEntry(guest, 0n, 0xffffffffn << 32n)
    return this.#setEntry(guest, zeroFlag, 0n)
  }

  zeroAllocated(guest: number): this {
    const host = this.#allocate()
    this.#hostClusters.set(guest, host)
    const entry = copied | BigInt(host * this.clusterSize)
    if (this.options.extendedL2 === true) return this.#setEntry(guest, entry, 0xffffffffn << 32n)
    return this.#setEntry(guest, entry | zeroFlag, 0n)
  }

  /** A compressed cluster in a host cluster of its own, or `stream` as it is. */
  compressed(guest: number, fill = 0x55, stream?: Uint8Array): this {
    const plain = Buffer.alloc(this.clusterSize, fill)
    const packed =
      stream ??
      (this.options.compression === 'zstd'
        ? zstdCompressSync(plain)
        : deflateRawSync(plain, { windowBits: 12 }))
    const host = this.#allocate()
    const offset = host * this.clusterSize
    this.#bytes.set(packed, offset)
    this.#hostClusters.set(guest, host)
    const shift = BigInt(62 - (Math.log2(this.clusterSize) - 8))
    const sectors = BigInt(Math.ceil(packed.length / 512) - 1)
    return this.#setEntry(guest, compressedFlag | (sectors << shift) | BigInt(offset), 0n)
  }

  /** Keeps the present state as an internal snapshot: L1 copied, references raised, COPIED cleared. */
  snapshot(request: SnapshotRequest): this {
    const clusters = this.l1Clusters
    const first = this.#allocate()
    for (let extra = 1; extra < clusters; extra++) this.#allocate()
    this.#snapshots.push({ ...request, l1Offset: first * this.clusterSize })
    return this
  }

  bitmap(request: BitmapRequest): this {
    const tableOffset = this.#allocate() * this.clusterSize
    const dataOffset = this.#allocate() * this.clusterSize
    this.#bitmaps.push({ ...request, tableOffset, dataOffset })
    return this
  }

  /** A cluster that is counted but that nothing refers to. */
  leak(count = 1): this {
    for (let n = 0; n < count; n++) this.#allocate()
    return this
  }

  // Building

  build(): this {
    if (this.#built) return this
    this.#built = true
    for (const guest of this.#entries.keys()) this.#l2TableFor(guest)
    const shared = this.#snapshots.length
    for (const [guest, { entry, bitmap }] of this.#entries) {
      const at = this.#entryOffset(guest)
      const kept = shared > 0 ? entry & ~copied : entry
      this.#bytes.writeBigUInt64BE(kept, at)
      if (this.#entryBytes === 16) this.#bytes.writeBigUInt64BE(bitmap, at + 8)
    }
    for (const [index, cluster] of this.#l2Tables) {
      const flag = shared > 0 ? 0n : copied
      const value = flag | BigInt(cluster * this.clusterSize)
      this.#bytes.writeBigUInt64BE(value, this.l1Cluster * this.clusterSize + index * 8)
      for (const { l1Offset } of this.#snapshots) {
        const at = l1Offset + index * 8
        this.#bytes.writeBigUInt64BE(BigInt(cluster * this.clusterSize), at)
      }
      this.#refcounts.set(cluster, 1 + shared)
    }
    if (shared > 0) {
      for (const host of this.#hostClusters.values()) this.#refcounts.set(host, 1 + shared)
      this.#writeSnapshotTable()
    }
    if (this.#bitmaps.length > 0) this.#writeBitmapDirectory()
    this.#writeRefcounts()
    this.#writeHeader()
    return this
  }

  #allocate(): number {
    const cluster = this.#nextCluster++
    const needed = this.#nextCluster * this.clusterSize
    if (this.#bytes.length < needed) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(needed - this.#bytes.length)])
    }
    this.#refcounts.set(cluster, 1)
    return cluster
  }

  #setEntry(guest: number, entry: bigint, bitmap: bigint): this {
    const keepsBitmap = this.options.extendedL2 === true
    this.#entries.set(guest, { entry, bitmap: keepsBitmap ? bitmap : 0n })
    this.#l2TableFor(guest)
    return this
  }

  #l2TableFor(guest: number): number {
    const index = Math.floor(guest / this.entriesPerL2)
    const known = this.#l2Tables.get(index)
    if (known !== undefined) return known
    const cluster = this.#allocate()
    this.#l2Tables.set(index, cluster)
    return cluster
  }

  #entryOffset(guest: number): number {
    const table = this.#l2TableFor(guest) * this.clusterSize
    return table + (guest % this.entriesPerL2) * this.#entryBytes
  }

  #writeSnapshotTable(): void {
    const entries = this.#snapshots.map(({ id, name, extraBytes, l1Offset }) => {
      const extra = Buffer.alloc(extraBytes ?? (this.version === 3 ? 16 : 0))
      if (extra.length >= 16) extra.writeBigUInt64BE(BigInt(this.virtualSize), 8)
      const fixed = Buffer.alloc(40)
      fixed.writeBigUInt64BE(BigInt(l1Offset), 0)
      fixed.writeUInt32BE(this.l1Entries, 8)
      fixed.writeUInt16BE(Buffer.byteLength(id), 12)
      fixed.writeUInt16BE(Buffer.byteLength(name), 14)
      fixed.writeUInt32BE(1_700_000_000, 16)
      fixed.writeUInt32BE(extra.length, 36)
      const entry = Buffer.concat([fixed, extra, Buffer.from(id), Buffer.from(name)])
      return Buffer.concat([entry, Buffer.alloc((8 - (entry.length % 8)) % 8)])
    })
    this.#snapshotTable = this.#store(Buffer.concat(entries))
  }

  #writeBitmapDirectory(): void {
    const entries = this.#bitmaps.map(
      ({ name, granularityBits, inUse, tableOffset, dataOffset }) => {
        this.#bytes.writeBigUInt64BE(BigInt(dataOffset), tableOffset)
        const fixed = Buffer.alloc(24)
        fixed.writeBigUInt64BE(BigInt(tableOffset), 0)
        fixed.writeUInt32BE(1, 8)
        fixed.writeUInt32BE(inUse === true ? 1 : 2, 12)
        fixed.writeUInt8(1, 16)
        fixed.writeUInt8(granularityBits ?? 16, 17)
        fixed.writeUInt16BE(Buffer.byteLength(name), 18)
        const entry = Buffer.concat([fixed, Buffer.from(name)])
        return Buffer.concat([entry, Buffer.alloc((8 - (entry.length % 8)) % 8)])
      },
    )
    const directory = Buffer.concat(entries)
    this.#bitmapDirectory = this.#store(directory)
    this.#bitmapDirectorySize = directory.length
  }
  #bitmapDirectorySize = 0

  /** Puts bytes into new clusters and gives their offset. */
  #store(bytes: Buffer): number {
    const first = this.#allocate()
    const clusters = Math.ceil(bytes.length / this.clusterSize)
    for (let extra = 1; extra < clusters; extra++) this.#allocate()
    this.#bytes.set(bytes, first * this.clusterSize)
    return first * this.clusterSize
  }

  #writeRefcounts(): void {
    this.#bytes.writeBigUInt64BE(
      BigInt(this.refcountBlockCluster * this.clusterSize),
      this.refcountTableCluster * this.clusterSize,
    )
    for (const [cluster, count] of this.#refcounts) this.#putRefcount(cluster, BigInt(count))
  }

  #writeHeader(): void {
    const set = (field: HeaderField, value: number | bigint) => this.#putHeader(field, value)
    const { options } = this
    set('magic', 0x514649fb)
    set('version', this.version)
    set('clusterBits', Math.log2(this.clusterSize))
    set('size', this.virtualSize)
    set('l1Size', this.l1Entries)
    set('l1TableOffset', this.l1Cluster * this.clusterSize)
    set('refcountTableOffset', this.refcountTableCluster * this.clusterSize)
    set('refcountTableClusters', 1)
    set('snapshotCount', this.#snapshots.length)
    set('snapshotsOffset', this.#snapshotTable)
    if (this.version === 3) {
      const incompatible =
        (options.dirty === true ? 1n : 0n) |
        (options.dataFile === undefined ? 0n : 4n) |
        (options.compression === 'zstd' ? 8n : 0n) |
        (options.extendedL2 === true ? 16n : 0n)
      set('incompatibleFeatures', incompatible)
      set('compatibleFeatures', options.lazyRefcounts === true ? 1 : 0)
      set('autoclearFeatures', this.#bitmaps.length > 0 ? 1 : 0)
      set('refcountOrder', this.#refcountOrder)
      set('headerLength', 112)
      set('compressionType', options.compression === 'zstd' ? 1 : 0)
    }
    this.#writeExtensions(this.version === 3 ? 112 : 72)
  }

  #writeExtensions(start: number): void {
    const { options } = this
    const extensions = [...(options.extensions ?? [])]
    if (options.backing?.format !== undefined) {
      extensions.push({ type: 0xe2792aca, data: Buffer.from(options.backing.format) })
    }
    if (options.dataFile !== undefined) {
      extensions.push({ type: 0x44415441, data: Buffer.from(options.dataFile) })
    }
    if (this.#bitmaps.length > 0) {
      const data = Buffer.alloc(24)
      data.writeUInt32BE(this.#bitmaps.length, 0)
      data.writeBigUInt64BE(BigInt(this.#bitmapDirectorySize), 8)
      data.writeBigUInt64BE(BigInt(this.#bitmapDirectory), 16)
      extensions.push({ type: 0x23852875, data })
    }
    let at = start
    for (const { type, data } of extensions) {
      this.#bytes.writeUInt32BE(type, at)
      this.#bytes.writeUInt32BE(data.length, at + 4)
      this.#bytes.set(data, at + 8)
      at += 8 + Math.ceil(data.length / 8) * 8
    }
    // The all-zero terminator is there already: a new cluster is zero.
    at += 8
    if (options.backing !== undefined) {
      this.#bytes.write(options.backing.name, at, 'utf8')
      this.#putHeader('backingFileOffset', at)
      this.#putHeader('backingFileSize', Buffer.byteLength(options.backing.name))
    }
  }

  // Breaking it

  header(field: HeaderField, value: number | bigint): this {
    this.build()
    this.#putHeader(field, value)
    return this
  }

  #putHeader(field: HeaderField, value: number | bigint): void {
    const { at, bytes } = headerField[field]
    if (bytes === 8) this.#bytes.writeBigUInt64BE(BigInt(value), at)
    else this.#bytes.writeUIntBE(Number(value), at, bytes)
  }

  /** Host offset of the L2 entry of a guest cluster. */
  l2EntryOffset(guest: number): number {
    this.build()
    return this.#entryOffset(guest)
  }

  /** Host cluster of the L2 table that maps a guest cluster. */
  l2ClusterOf(guest: number): number {
    this.build()
    return this.#l2TableFor(guest)
  }

  /** Host cluster that holds a guest cluster. */
  hostClusterOf(guest: number): number {
    const host = this.#hostClusters.get(guest)
    if (host === undefined) throw new Error(`guest cluster ${guest} has no host cluster`)
    return host
  }

  l1Entry(index: number, change: (entry: bigint) => bigint): this {
    return this.word(this.l1Cluster * this.clusterSize + index * 8, change)
  }

  l2Entry(guest: number, change: (entry: bigint) => bigint): this {
    return this.word(this.l2EntryOffset(guest), change)
  }

  l2Bitmap(guest: number, change: (bitmap: bigint) => bigint): this {
    return this.word(this.l2EntryOffset(guest) + 8, change)
  }

  refcountTableEntry(index: number, change: (entry: bigint) => bigint): this {
    return this.word(this.refcountTableCluster * this.clusterSize + index * 8, change)
  }

  setRefcount(cluster: number, count: bigint): this {
    this.build()
    this.#putRefcount(cluster, count)
    return this
  }

  #putRefcount(cluster: number, count: bigint): void {
    const base = this.refcountBlockCluster * this.clusterSize
    const bits = 2 ** this.#refcountOrder
    const counted = (this.clusterSize * 8) / bits
    if (cluster >= counted) throw new Error(`one refcount block counts ${counted} clusters`)
    if (bits >= 8) {
      const at = base + (cluster * bits) / 8
      if (bits === 64) this.#bytes.writeBigUInt64BE(count, at)
      else this.#bytes.writeUIntBE(Number(count), at, bits / 8)
      return
    }
    const perByte = 8 / bits
    const at = base + Math.floor(cluster / perByte)
    const shift = (cluster % perByte) * bits
    const mask = (2 ** bits - 1) << shift
    const old = this.#bytes.readUInt8(at)
    this.#bytes.writeUInt8((old & ~mask) | ((Number(count) << shift) & mask), at)
  }

  /** Changes the 64-bit big-endian word at a host offset. */
  word(at: number, change: (value: bigint) => bigint): this {
    this.build()
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, change(this.#bytes.readBigUInt64BE(at))), at)
    return this
  }

  put(at: number, bytes: Uint8Array): this {
    this.build()
    this.#bytes.set(bytes, at)
    return this
  }

  /** Cuts the file, or makes it longer with zeroes. */
  resizeFile(length: number): this {
    this.build()
    const grown = Buffer.alloc(length)
    grown.set(this.#bytes.subarray(0, Math.min(length, this.#bytes.length)))
    this.#bytes = grown
    return this
  }

  async writeTo(path: string): Promise<string> {
    await writeFile(path, this.bytes)
    return path
  }
}
