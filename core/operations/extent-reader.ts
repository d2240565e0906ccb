import type { DiskImage } from '../image/disk-image.ts'
import { isMetadataPreallocated } from '../qcow2/metadata-preallocation.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { HoleFinder } from '../storage/hole-finder.ts'
import type { MapExtent } from './map-extent.ts'
import { resolveRun, type ResolvedRun } from './resolve-run.ts'

/** One extent of an image at a time, with QEMU's meaning of `present`, `data`, `zero` and `offset`. */
export class ExtentReader {
  readonly #image: DiskImage
  readonly #holes = new HoleFinder()
  /** Asked once a layer, when its first stored run is seen. */
  readonly #preallocated = new Map<DiskImage, boolean>()

  constructor(image: DiskImage) {
    this.#image = image
  }

  /**
   * The extent at guest offset `at`, at most `limit` bytes of it. Throws the error of a backing file
   * that is needed and not open.
   */
  extentAt(at: number, limit: number): MapExtent {
    const resolved = resolveRun(this.#image, at, limit)
    const { run, depth, layer, missing } = resolved
    if (missing !== undefined) throw missing
    const { length, zero } = this.#contentOf(resolved)
    const stored = run.kind === 'compressed' || layer.encrypted ? undefined : run
    return {
      start: at,
      length,
      depth,
      present: run.kind !== 'unallocated',
      zero,
      data: run.kind === 'data' || run.kind === 'compressed',
      compressed: run.kind === 'compressed',
      offset: stored?.hostOffset,
      filename: stored?.file?.name,
    }
  }

  /**
   * Whether the run reads as zeroes, and how much of it. In an image whose metadata was preallocated,
   * clusters are allocated in what may still be holes of the host file: there, and only there because
   * the question costs a system call a run, QEMU asks the file system (`BDRV_BLOCK_RECURSE`).
   */
  #contentOf({ run, length, layer }: ResolvedRun): { length: number; zero: boolean } {
    if (run.kind !== 'data') return { length, zero: run.kind !== 'compressed' }
    if (!this.#isPreallocated(layer)) return { length, zero: false }
    const { kind, end } = this.#holes.at(run.file, run.hostOffset)
    return { length: Math.min(length, end - run.hostOffset), zero: kind === 'hole' }
  }

  #isPreallocated(layer: DiskImage): boolean {
    const known = this.#preallocated.get(layer)
    if (known !== undefined) return known
    const answer = layer instanceof Qcow2Image && isMetadataPreallocated(layer.file, layer.area)
    this.#preallocated.set(layer, answer)
    return answer
  }
}
