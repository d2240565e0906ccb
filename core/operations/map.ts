import { breather } from '../base/abort.ts'
import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { openImage } from '../image/open-image.ts'
import { ExtentJoiner } from './extent-joiner.ts'
import { ExtentReader } from './extent-reader.ts'
import type { Host } from './host.ts'
import type { MapExtent } from './map-extent.ts'

export interface MapOptions extends ReadOptions {
  /** Guest offset to start at; default 0. */
  readonly from?: number | undefined
  /** Guest bytes to cover; default, and at most, all that follow. */
  readonly length?: number | undefined
}

/** Extents handed over at once: enough that handing over costs nothing, few enough to need no memory. */
const batchExtents = 256

/**
 * The extents of an image in guest order, joined as `qemu-img map --output=json` joins them, in batches
 * of one or more. Reads metadata only. Throws the error of a backing file that is needed and not open,
 * after the extents before it.
 */
export async function* mapImage(
  host: Host,
  path: string,
  { from = 0, length, signal, pause: gate, onProgress, ...options }: MapOptions = {},
): AsyncGenerator<readonly MapExtent[]> {
  await using opened = await openImage(host, path, options)
  const { image } = opened
  const end = endOfRange(image, from, length)
  const reader = new ExtentReader(image)
  const joiner = new ExtentJoiner()
  const breathe = breather(signal, { pause: gate, everyCalls: 16 })
  let batch: MapExtent[] = []
  try {
    for (let at = from; at < end;) {
      const pause = breathe()
      if (pause !== undefined) {
        onProgress?.({ phase: 'tables', done: at - from, total: end - from, unit: 'bytes' })
        await pause
      }
      const extent = reader.extentAt(at, end - at)
      at += extent.length
      const finished = joiner.push(extent)
      if (finished !== undefined && batch.push(finished) === batchExtents) {
        yield batch
        batch = []
      }
    }
  } catch (error) {
    // Whoever wanted only what lies before the damage gets it.
    if (batch.length > 0) yield batch
    throw error
  }
  const last = joiner.finish()
  if (last !== undefined) batch.push(last)
  if (batch.length > 0) yield batch
  onProgress?.({ phase: 'tables', done: end - from, total: end - from, unit: 'bytes' })
}

function endOfRange(image: DiskImage, from: number, length: number | undefined): number {
  const { virtualSize, file } = image
  if (from > virtualSize) {
    throw new ImageError('out-of-range', { path: file.name, found: from, limit: virtualSize })
  }
  return length === undefined ? virtualSize : Math.min(virtualSize, from + length)
}
