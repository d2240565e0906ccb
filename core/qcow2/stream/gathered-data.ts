/** A request costs more than copying so much. */
export const SMALL_BYTES = 64 * 1024
const BUFFER_BYTES = 1024 * 1024

/** Small pieces of a disk that follow each other, as one. */
export class GatheredData {
  readonly #buffers: Uint8Array[] = []
  #buffer: Uint8Array | undefined
  #guest = 0
  #length = 0

  /** Whether `add` has room for a piece, and it goes on where the last one ended. */
  takes(length: number, guest: number): boolean {
    if (this.#length === 0) return true
    return guest === this.#guest + this.#length && this.#length + length <= BUFFER_BYTES
  }

  /** Keeps a copy; at most `SMALL_BYTES`. */
  add(bytes: Uint8Array, guest: number): void {
    this.#buffer ??= this.#buffers.pop() ?? new Uint8Array(BUFFER_BYTES)
    if (this.#length === 0) this.#guest = guest
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was gathered; undefined when that is nothing. Its buffer comes back by `giveBack`. */
  take(): { readonly bytes: Uint8Array; readonly guest: number } | undefined {
    if (this.#buffer === undefined) return undefined
    const taken = { bytes: this.#buffer.subarray(0, this.#length), guest: this.#guest }
    this.#buffer = undefined
    this.#length = 0
    return taken
  }

  giveBack(bytes: Uint8Array): void {
    this.#buffers.push(new Uint8Array(bytes.buffer))
  }
}
