import { alignUp } from '../base/bits.ts'
import { throwIfAborted } from '../base/abort.ts'
import type { BlockFile, HostRun } from '../storage/block-file.ts'
import { HoleFinder } from '../storage/hole-finder.ts'
import { hostOffset } from '../units.ts'
import type { DiskImage, LayerRun } from './disk-image.ts'
import { mustLieInDisk } from './guest-range.ts'

const SECTOR = 512

/** What a guest sees of a raw file: whole sectors. QEMU rounds up and reads the rest as zeroes. */
export const rawVirtualSize = (fileLength: number): number => alignUp(fileLength, SECTOR)

/** The run at `at` of a disk that is `file`, byte for byte. */
export function rawRunAt(file: BlockFile, at: number, limit: number): LayerRun {
  const fileLength = file.size()
  // The rest of the last sector, or of a file that was cut since it was opened.
  if (at >= fileLength) return { kind: 'zero', length: limit, hostOffset: hostOffset(at), file }
  return asLayerRun(file, file.hostRun(at), at, limit)
}

function asLayerRun(file: BlockFile, { kind, end }: HostRun, at: number, limit: number): LayerRun {
  const place = { length: Math.min(end - at, limit), hostOffset: hostOffset(at), file }
  return kind === 'hole' ? { kind: 'zero', ...place } : { kind: 'data', ...place }
}

/** A disk that is its file, byte for byte. Holes of the host are runs of zeroes. */
export class RawImage implements DiskImage {
  readonly format = 'raw'
  readonly unavailable = undefined
  readonly backing = undefined
  readonly encrypted = false
  readonly file: BlockFile
  readonly virtualSize: number
  /** Some file systems walk over all pages of a stretch for every question about it. */
  readonly #holes = new HoleFinder()

  constructor(file: BlockFile) {
    this.file = file
    this.virtualSize = rawVirtualSize(file.size())
  }

  runAt(at: number, limit: number): LayerRun {
    return asLayerRun(this.file, this.#holes.at(this.file, at), at, limit)
  }

  async read(into: Uint8Array, at: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal)
    mustLieInDisk(this, at, into.length)
    await this.file.read(into, at, 'data')
  }

  async close(): Promise<void> {
    await this.file.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
