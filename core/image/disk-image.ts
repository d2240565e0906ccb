import type { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { HostOffset } from '../units.ts'

/**
 * How one layer of an image stores a run of guest bytes, without looking at its backing file.
 *
 * - `data`: stored as is at `hostOffset` of `file` (the image itself or its external data file);
 * - `zero`: reads as zeroes; `hostOffset` is there when a cluster is allocated for it (zero-allocated);
 * - `compressed`: stored compressed; the run is one cluster or several neighbouring ones;
 * - `unallocated`: not in this layer; reads from the backing image, or zeroes without one. An unallocated
 *   part of an allocated cluster (subclusters) has a `hostOffset` all the same.
 */
export type LayerRun =
  | {
      readonly kind: 'data'
      readonly length: number
      readonly hostOffset: HostOffset
      readonly file: BlockFile
    }
  | {
      readonly kind: 'zero'
      readonly length: number
      readonly hostOffset?: HostOffset
      readonly file?: BlockFile
    }
  | { readonly kind: 'compressed'; readonly length: number }
  | {
      readonly kind: 'unallocated'
      readonly length: number
      readonly hostOffset?: HostOffset
      readonly file?: BlockFile
    }

/** A virtual disk opened for reading: what every format offers, one layer of a backing chain. */
export interface DiskImage extends AsyncDisposable {
  readonly format: 'qcow2' | 'raw'
  /** The image file. */
  readonly file: BlockFile
  /** Bytes the guest sees. */
  readonly virtualSize: number
  /**
   * The next layer down, when the image names one. One that could not be opened stands here too (with
   * `unavailable` set): whatever looks at its content throws why, so that absence never reads as zeroes.
   */
  readonly backing: DiskImage | undefined
  /** Why this layer could not be opened; undefined for every image that is open. */
  readonly unavailable: ImageError | undefined
  /** The content needs a passphrase; what is stored at an offset is not what the guest sees. */
  readonly encrypted: boolean
  /**
   * The run of equal storage at guest offset `at`, at most `limit` bytes long (limit > 0, at + limit
   * <= virtualSize). Contiguous host clusters join; a run may still end early (it looks ahead over a
   * bounded amount of tables), so whoever wants maximal runs joins equal neighbours.
   * Throws ImageError `corrupt`/`unsupported` when the mapping cannot be followed.
   */
  runAt(at: number, limit: number): LayerRun
  /**
   * Fills `into` with guest bytes from `at`, following the backing chain. A backing image that is
   * shorter reads as zeroes past its end. Throws `out-of-range` past `virtualSize`.
   */
  read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void>
  /** Closes every file of the chain that this image opened. */
  close(): Promise<void>
}
