/** Images of the benches: the same bytes every time, from fixed seeds, by QEMU's own hand where it can. */
import { execFile } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { cp, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const clusterSize = 65_536

/** A qcow2 whose whole metadata is allocated, with no data: `preallocation=metadata`. */
export async function metadataImage(file: string, size: string): Promise<void> {
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', file, size])
}

/**
 * 64 KiB clusters of which every other one is allocated: the map that merges worst. Written by hand,
 * because QEMU would have to be asked for half a million single writes. The data itself is a hole of
 * the host's file, for both sides alike.
 */
export async function everyOtherImage(file: string, virtualSize: number): Promise<void> {
  const entriesPerTable = clusterSize / 8
  const countsPerBlock = clusterSize / 2
  const guestClusters = virtualSize / clusterSize
  const l2Tables = Math.ceil(guestClusters / entriesPerTable)
  const dataClusters = Math.ceil(guestClusters / 2)
  const l1Clusters = Math.ceil((l2Tables * 8) / clusterSize)
  // Refcount blocks count themselves too; one more than the rest needs is always enough here.
  const others = 2 + l1Clusters + l2Tables + dataClusters
  const refcountBlocks = Math.ceil(others / countsPerBlock) + 1
  const firstL1 = 2 + refcountBlocks
  const firstL2 = firstL1 + l1Clusters
  const firstData = firstL2 + l2Tables
  const clusters = firstData + dataClusters

  const metadata = Buffer.alloc(firstData * clusterSize)
  header(metadata, { virtualSize, l1Size: l2Tables, l1Offset: firstL1 * clusterSize })
  const copied = 1n << 63n
  const entry = (cluster: number): bigint => BigInt(cluster) * BigInt(clusterSize)
  for (let block = 0; block < refcountBlocks; block++) {
    metadata.writeBigUInt64BE(entry(2 + block), clusterSize + block * 8)
  }
  for (let cluster = 0; cluster < clusters; cluster++) {
    metadata.writeUInt16BE(1, 2 * clusterSize + cluster * 2)
  }
  for (let table = 0; table < l2Tables; table++) {
    metadata.writeBigUInt64BE(entry(firstL2 + table) + copied, firstL1 * clusterSize + table * 8)
  }
  for (let index = 0; index < dataClusters; index++) {
    const at = firstL2 * clusterSize + index * 2 * 8
    metadata.writeBigUInt64BE(entry(firstData + index) + copied, at)
  }
  await using handle = await open(file, 'w')
  await handle.write(metadata)
  await handle.truncate(clusters * clusterSize)
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

/** A disk with runs of data that does not compress, spread evenly: 1 MiB data, 9 MiB nothing. */
export async function sparseDataImage(file: string, dataBytes: number): Promise<void> {
  const raw = `${file}.raw`
  const piece = 1024 * 1024
  const keystream = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))
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
