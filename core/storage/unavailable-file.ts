import type { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from './block-file.ts'

/**
 * Stands for a file that an image needs and that was not opened: everything that would look at its
 * content throws why. So a map of the image still works, and no read can take absence for zeroes.
 */
export class UnavailableFile implements BlockFile {
  readonly name: string
  readonly identity = undefined
  readonly error: ImageError

  constructor(name: string, error: ImageError) {
    this.name = name
    this.error = error
  }

  size(): never {
    throw this.error
  }

  allocatedBytes(): undefined {
    return undefined
  }

  times(): undefined {
    return undefined
  }

  readNow(): never {
    throw this.error
  }

  async read(): Promise<never> {
    throw this.error
  }

  hostRun(): never {
    throw this.error
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
