import { alignUp } from '../base/bits.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { hostOffset } from '../units.ts'
import type { DiskImage, LayerRun } from './disk-image.ts'
import { mustBeInside } from './guest-range.ts'

const sectorBytes = 512

/** A raw disk has no header: what a guest sees is the file, filled up to a whole sector. */
export const rawVirtualSize = (fileLength: number): number => alignUp(fileLength, sectorBytes)

/** A raw disk opened for reading. Holes of the file are zeroes that cost no read. */
export class RawImage implements DiskImage {
  readonly format = 'raw'
  readonly backing = undefined
  readonly unavailable = undefined
  readonly encrypted = false
  readonly file: BlockFile
  readonly virtualSize: number

  constructor(file: BlockFile) {
    this.file = file
    this.virtualSize = rawVirtualSize(file.size())
  }

  runAt(at: number, limit: number): LayerRun {
    mustBeInside(this, at, limit)
    const { file } = this
    const place = { hostOffset: hostOffset(at), file }
    // The rest of the last sector, and what a file that was cut meanwhile no longer has.
    if (at >= file.size()) return { kind: 'zero', length: limit, ...place }
    const { kind, end } = file.hostRun(at)
    const length = Math.min(limit, end - at)
    return { kind: kind === 'hole' ? 'zero' : 'data', length, ...place }
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    mustBeInside(this, at, into.length)
    await this.file.read(into, at, 'data')
  }

  close(): Promise<void> {
    return this.file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
