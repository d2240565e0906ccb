import type { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { UnavailableFile } from '../storage/unavailable-file.ts'
import type { DiskImage } from './disk-image.ts'

/**
 * Stands in a chain for a backing image that could not be opened. Whatever asks for its content is told
 * why, so that what is missing is never taken for zeroes; it has no end, for its size is not known.
 */
export class UnavailableImage implements DiskImage {
  readonly format = 'raw'
  readonly backing = undefined
  readonly encrypted = false
  readonly virtualSize = Number.MAX_SAFE_INTEGER
  readonly file: BlockFile
  readonly unavailable: ImageError

  constructor(name: string, why: ImageError) {
    this.file = new UnavailableFile(name, why)
    this.unavailable = why
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
