/** A disk as one buffer, and random calls made on it and on an image at the same time. */
import type { Qcow2Writer } from '../../core/qcow2/qcow2-writer.ts'
import type { Random } from './random.ts'

/** The part of a disk that a test plays in: all of it, or a window of a huge one. */
export interface Window {
  readonly start: number
  readonly bytes: Uint8Array
}

export async function windowOf(
  image: Qcow2Writer,
  {
    start = 0,
    length = image.virtualSize,
  }: { readonly start?: number; readonly length?: number } = {},
): Promise<Window> {
  const bytes = new Uint8Array(length)
  await image.read(bytes, start)
  return { start, bytes }
}

/** Makes one random call on the image and the same change in the window. */
export async function randomCall(
  image: Qcow2Writer,
  window: Window,
  random: Random,
): Promise<string> {
  const { start, bytes } = window
  const { clusterSize } = image.area.geometry
  const unit = random.pick([1, 512, 4096, clusterSize])
  const longest = Math.min(bytes.length, random.pick([1024, 3 * clusterSize, 300_000]))
  const align = (value: number) => value - (value % unit)
  const length = Math.max(1, align(1 + random.below(longest)))
  const at = align(random.below(bytes.length - length + 1))
  const call = random.pick(['write', 'write', 'zero', 'unmap', 'discard', 'pack', 'flush'])
  switch (call) {
    case 'write': {
      const value = 1 + random.below(255)
      bytes.fill(value, at, at + length)
      await image.write(bytes.slice(at, at + length), start + at)
      break
    }
    case 'pack': {
      const cluster = at - (at % clusterSize)
      const end = Math.min(cluster + clusterSize, image.virtualSize - start)
      if (end > bytes.length) break
      // Half of it random, so that packed sizes differ; some clusters do not get smaller.
      const noisy = random.below(end - cluster)
      for (let index = cluster; index < end; index++) {
        bytes[index] = index < cluster + noisy ? random.below(256) : 0x5c
      }
      await image.writeCompressed(bytes.slice(cluster, end), start + cluster)
      break
    }
    case 'flush':
      await image.flush()
      break
    default:
      bytes.fill(0, at, at + length)
      if (call === 'discard') await image.discard(start + at, length)
      else await image.writeZeroes(start + at, length, { unmap: call === 'unmap' })
  }
  return `${call} ${start + at} ${length}`
}
