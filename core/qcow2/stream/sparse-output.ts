import { SparseWriter } from '../../storage/sparse-writer.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { DiskOutput } from './disk-output.ts'

/** A new file that reads as zeroes so far takes what is found where it belongs. */
export class SparseOutput implements DiskOutput {
  readonly width = 8
  readonly #writer: SparseWriter

  constructor(file: WritableFile) {
    this.#writer = new SparseWriter(file)
  }

  /** Bytes that are no hole. */
  get written(): number {
    return this.#writer.written
  }

  data(bytes: Uint8Array, guest: number): Promise<void> {
    return this.#writer.write(bytes, guest)
  }

  async zeroes(): Promise<void> {}
}
