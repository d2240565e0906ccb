import { createCipheriv } from 'node:crypto'
import { nodeHost } from '../../../core/io/node-host.ts'
import { createImage } from '../../../core/operations/create.ts'
import { createSnapshot } from '../../../core/operations/snapshot-create.ts'
import { openForWriting } from '../../../core/qcow2/open-writer.ts'
import type { Qcow2Writer } from '../../../core/qcow2/qcow2-writer.ts'
import { seededRandom, type Random } from '../../helpers/random.ts'

export interface LargeImage {
  /** Of the disk; the file is about as long at first. */
  readonly bytes: number
  readonly clusterSize?: number
  readonly seed: number
  /** A snapshot of the first half, packed clusters and clusters full of zeroes: a third of it holes. Default: nothing but data and holes, half and half. */
  readonly isMixed?: boolean
}

/** Bytes of one write: the content is made a piece at a time. */
const PIECE = 4 * 2 ** 20

/**
 * A disk of noise in a real file, of which the guest discarded a part while nobody gave space back: the file
 * is as long as ever, and stores what was discarded.
 */
export async function makeLargeImage(
  path: string,
  { bytes, clusterSize = 65_536, seed, isMixed = false }: LargeImage,
): Promise<void> {
  await createImage(nodeHost, path, { format: 'qcow2', size: bytes, clusterSize })
  const random = seededRandom(seed)
  const noise = noiseStream(seed)
  const half = bytes / 2
  await changed(path, async (disk) => {
    await fill(disk, noise, 0, half)
    if (!isMixed) await fill(disk, noise, half, bytes)
  })
  if (isMixed) {
    await createSnapshot(nodeHost, path, { name: 'first half' })
    await changed(path, async (disk) => {
      await fill(disk, noise, half, bytes)
      await changeHere(disk, random, noise, 0, half)
    })
  }
  await changed(path, (disk) => {
    const from = isMixed ? half : 0
    return discardHalf(disk, random, from, bytes)
  })
}

async function changed(path: string, act: (disk: Qcow2Writer) => Promise<void>): Promise<void> {
  const opened = await openForWriting(nodeHost, path)
  if (opened.kind === 'raw') throw new Error(`${path} is no qcow2 image`)
  await using disk = opened.image
  await act(disk)
}

type Noise = (length: number) => Uint8Array

/** Bytes that no codec packs, as fast as the disk takes them. */
function noiseStream(seed: number): Noise {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  return (length) => cipher.update(Buffer.alloc(length))
}

async function fill(disk: Qcow2Writer, noise: Noise, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += PIECE) {
    await disk.write(noise(Math.min(PIECE, to - at)), at)
  }
}

/** Runs of up to 32 clusters, as many bytes kept as given up. */
async function discardHalf(
  disk: Qcow2Writer,
  random: Random,
  from: number,
  to: number,
): Promise<void> {
  const { clusterSize } = disk.area.geometry
  for (let at = from; at < to;) {
    const run = (1 + random.below(32)) * clusterSize
    await disk.discard(at, Math.min(run, to - at))
    at += 2 * run
  }
}

/** A tenth of it is written over, a tenth packed, a tenth zeroed by writing. */
async function changeHere(
  disk: Qcow2Writer,
  random: Random,
  noise: Noise,
  from: number,
  to: number,
): Promise<void> {
  const { clusterSize } = disk.area.geometry
  for (let at = from; at < to; at += clusterSize) {
    const kind = random.below(10)
    if (kind === 0) await disk.write(noise(clusterSize), at)
    else if (kind === 1) await disk.writeCompressed(halfNoise(noise, clusterSize), at)
    else if (kind === 2) await disk.write(new Uint8Array(clusterSize), at)
  }
}

/** Packs to about half. */
function halfNoise(noise: Noise, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  bytes.set(noise(length / 2))
  return bytes
}
