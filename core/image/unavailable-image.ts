import type { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { UnavailableFile } from '../storage/unavailable-file.ts'
import type { DiskImage } from './disk-image.ts'

/** Stands for a backing image that was not opened. It may be of any size: every range asks it and is told why. */
export class UnavailableImage implements DiskImage {
  readonly format = 'raw'
  readonly backing = undefined
  readonly encrypted = false
  readonly virtualSize = Number.MAX_SAFE_INTEGER
  readonly file: BlockFile
  readonly unavailable: ImageError

  constructor(name: string, error: ImageError) {
    this.file = new UnavailableFile(name, error)
    this.unavailable = error
  }

  runAt(): never {
    throw this.unavailable
  }

  async read(): Promise<never> {
    throw this.unavailable
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
