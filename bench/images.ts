/** Images of the benches: the same bytes every time, from fixed seeds, by QEMU's own hand where it can. */
import { execFile } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { cp, open, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const clusterSize = 65_536

/** A qcow2 whose whole metadata is allocated, with no data: `preallocation=metadata`. */
export async function metadataImage(file: string, size: string): Promise<void> {
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', file, size])
}

/** What a hand-made image stores of its disk, by guest cluster of 64 KiB. */
interface StoredClusters {
  readonly virtualSize: number
  readonly isStored: (guest: number) => boolean
}

/**
 * 64 KiB clusters of which every other one is allocated: the map that merges worst. Written by hand,
 * because QEMU would have to be asked for half a million single writes. The data itself is a hole of
 * the host's file, for both sides alike.
 */
export async function everyOtherImage(file: string, virtualSize: number): Promise<void> {
  const layout = layOut({ virtualSize, isStored: (guest) => guest % 2 === 0 })
  await using handle = await open(file, 'w')
  await writeMetadata(handle, layout, () => true)
  await handle.truncate(layout.clusters * clusterSize)
}

export interface DiscardedOptions extends StoredClusters {
  readonly isDiscarded: (guest: number) => boolean
  /** Whether the file still stores what was discarded; else its clusters are holes of the file. */
  readonly keepsStale: boolean
}

/** A disk of noise that was stored in guest order, and of which the guest then discarded a part. */
export async function discardedImage(
  file: string,
  { isDiscarded, keepsStale, ...stored }: DiscardedOptions,
): Promise<void> {
  const layout = layOut(stored)
  await using handle = await open(file, 'w')
  await writeMetadata(handle, layout, (guest) => !isDiscarded(guest))
  const keystream = noiseStream()
  const zeroes = Buffer.alloc(clusterSize)
  for (const [index, guest] of layout.stored.entries()) {
    if (isDiscarded(guest) && !keepsStale) continue
    const at = (layout.firstData + index) * clusterSize
    await handle.write(keystream.update(zeroes), 0, clusterSize, at)
  }
  await handle.truncate(layout.clusters * clusterSize)
}

const entriesPerTable = clusterSize / 8
const countsPerBlock = clusterSize / 2

/** Header, refcount table and blocks, L1 table, L2 tables, data: in this order. In clusters. */
interface Layout {
  readonly virtualSize: number
  /** Guest clusters that have a place, ascending; the nth lies `firstData + n`. */
  readonly stored: readonly number[]
  /** Those of all L2 tables that are there, ascending; the nth lies `firstL2 + n`. */
  readonly tables: readonly number[]
  readonly l1Size: number
  readonly refcountBlocks: number
  readonly firstL1: number
  readonly firstL2: number
  readonly firstData: number
  readonly clusters: number
}

function layOut({ virtualSize, isStored }: StoredClusters): Layout {
  const stored: number[] = []
  for (let guest = 0; guest < virtualSize / clusterSize; guest++) {
    if (isStored(guest)) stored.push(guest)
  }
  const tables = [...new Set(stored.map((guest) => Math.floor(guest / entriesPerTable)))]
  const l1Size = Math.ceil(virtualSize / clusterSize / entriesPerTable)
  const l1Clusters = Math.ceil((l1Size * 8) / clusterSize)
  // Refcount blocks count themselves too; one more than the rest needs is always enough here.
  const others = 2 + l1Clusters + tables.length + stored.length
  const refcountBlocks = Math.ceil(others / countsPerBlock) + 1
  const firstL1 = 2 + refcountBlocks
  const firstL2 = firstL1 + l1Clusters
  const firstData = firstL2 + tables.length
  const clusters = firstData + stored.length
  return {
    virtualSize,
    stored,
    tables,
    l1Size,
    refcountBlocks,
    firstL1,
    firstL2,
    firstData,
    clusters,
  }
}

/** Only clusters that are kept are counted and referred to. */
async function writeMetadata(
  handle: FileHandle,
  layout: Layout,
  isKept: (guest: number) => boolean,
): Promise<void> {
  const { stored, tables, refcountBlocks, firstL1, firstL2, firstData } = layout
  const metadata = Buffer.alloc(firstData * clusterSize)
  header(metadata, {
    virtualSize: layout.virtualSize,
    l1Size: layout.l1Size,
    l1Offset: firstL1 * clusterSize,
  })
  const copied = 1n << 63n
  const entry = (cluster: number): bigint => BigInt(cluster) * BigInt(clusterSize)
  const count = (cluster: number) => metadata.writeUInt16BE(1, 2 * clusterSize + cluster * 2)
  for (let block = 0; block < refcountBlocks; block++) {
    metadata.writeBigUInt64BE(entry(2 + block), clusterSize + block * 8)
  }
  for (let cluster = 0; cluster < firstData; cluster++) count(cluster)
  const placeOf = new Map(tables.map((table, index) => [table, firstL2 + index]))
  for (const [table, place] of placeOf) {
    metadata.writeBigUInt64BE(entry(place) + copied, firstL1 * clusterSize + table * 8)
  }
  for (const [index, guest] of stored.entries()) {
    if (!isKept(guest)) continue
    count(firstData + index)
    const table = placeOf.get(Math.floor(guest / entriesPerTable)) ?? 0
    const at = table * clusterSize + (guest % entriesPerTable) * 8
    metadata.writeBigUInt64BE(entry(firstData + index) + copied, at)
  }
  await handle.write(metadata)
}

/** qcow2 v3 header, 64 KiB clusters, 16-bit refcounts, refcount table in cluster 1. */
function header(
  into: Buffer,
  image: { readonly virtualSize: number; readonly l1Size: number; readonly l1Offset: number },
): void {
  into.writeUInt32BE(0x51_46_49_fb, 0)
  into.writeUInt32BE(3, 4)
  into.writeUInt32BE(16, 20)
  into.writeBigUInt64BE(BigInt(image.virtualSize), 24)
  into.writeUInt32BE(image.l1Size, 36)
  into.writeBigUInt64BE(BigInt(image.l1Offset), 40)
  into.writeBigUInt64BE(BigInt(clusterSize), 48)
  into.writeUInt32BE(1, 56)
  into.writeUInt32BE(4, 96)
  into.writeUInt32BE(104, 100)
}

/** Zeroes become bytes that do not compress, the same ones every time. */
const noiseStream = () => createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))

/** A disk with runs of data that does not compress, spread evenly: 1 MiB data, 9 MiB nothing. */
export async function sparseDataImage(file: string, dataBytes: number): Promise<void> {
  const raw = `${file}.raw`
  const piece = 1024 * 1024
  const keystream = noiseStream()
  const zeroes = Buffer.alloc(piece)
  {
    await using handle = await open(raw, 'w')
    for (let index = 0; index * piece < dataBytes; index++) {
      await handle.write(keystream.update(zeroes), 0, piece, index * piece * 10)
    }
    await handle.truncate(dataBytes * 10)
  }
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, file])
  await rm(raw)
}

/** Small images as a folder of templates holds them: ten different ones, many times over. */
export async function smallImages(folder: string, count: number): Promise<void> {
  const models = 10
  const nameOf = (index: number): string =>
    path.join(folder, `vm-${String(index).padStart(4, '0')}.qcow2`)
  for (let index = 0; index < Math.min(models, count); index++) {
    const file = nameOf(index)
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', file, `${index + 1}G`])
    const writes = Array.from({ length: index + 1 }, (_, at) => [
      '-c',
      `write -P ${at + 1} ${at * 7}M 64k`,
    ])
    await run('qemu-io', [...writes.flat(), file])
  }
  for (let index = models; index < count; index++) await cp(nameOf(index % models), nameOf(index))
}
