import type { ImageError } from '../errors/image-error.ts'
import type { DiskImage, LayerRun } from '../image/disk-image.ts'

/** Which layer of a chain decides a run of guest bytes, and how it stores them. */
export interface ResolvedRun {
  /** Bytes; every layer above is unallocated throughout, and no shorter layer ends inside. */
  readonly length: number
  /** 0 is the image itself. */
  readonly depth: number
  readonly layer: DiskImage
  /**
   * `unallocated` when no layer has these bytes: they read as zeroes, unless `missing` says that a layer
   * which should be asked could not be opened.
   */
  readonly run: LayerRun
  readonly missing: ImageError | undefined
}

/**
 * Follows guest offset `at` down the chain to the first layer that has something there, for at most
 * `limit` bytes. What lies past the end of a shorter backing image ends in the layer above it, as in
 * QEMU's `bdrv_co_block_status`.
 */
export function resolveRun(image: DiskImage, at: number, limit: number): ResolvedRun {
  let layer = image
  let depth = 0
  let length = limit
  for (;;) {
    const run = layer.runAt(at, length)
    length = run.length
    const { backing } = layer
    if (run.kind !== 'unallocated' || backing === undefined || at >= backing.virtualSize) {
      return { length, depth, layer, run, missing: undefined }
    }
    if (backing.unavailable !== undefined) {
      return { length, depth, layer, run, missing: backing.unavailable }
    }
    length = Math.min(length, backing.virtualSize - at)
    layer = backing
    depth++
  }
}
