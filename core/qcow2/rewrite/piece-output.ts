import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'

/** Many small pieces that follow each other, written together. */
export class PieceOutput {
  readonly #file: WritableFile
  readonly #tag: IoTag
  readonly #buffer: Uint8Array
  #at = 0
  #length = 0

  /** `capacity`: bytes to gather; longer pieces are written as they are. */
  constructor(file: WritableFile, tag: IoTag, capacity: number) {
    this.#file = file
    this.#tag = tag
    this.#buffer = new Uint8Array(capacity)
  }

  /** `bytes` may change once it resolves. */
  async put(bytes: Uint8Array, at: number): Promise<void> {
    const follows = at === this.#at + this.#length
    if (!follows || this.#length + bytes.length > this.#buffer.length) await this.flush()
    if (bytes.length > this.#buffer.length) {
      await this.#file.write(bytes, at, this.#tag)
      return
    }
    if (this.#length === 0) this.#at = at
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    if (this.#length === 0) return
    const length = this.#length
    this.#length = 0
    await this.#file.write(this.#buffer.subarray(0, length), this.#at, this.#tag)
  }
}
