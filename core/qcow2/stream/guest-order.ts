import { ImageError } from '../../errors/image-error.ts'
import { writeZeroes, type ByteSink } from '../../storage/byte-sink.ts'
import { isAllZero } from '../../base/zeroes.ts'
import type { DiskOutput } from './disk-output.ts'

/** What one piece that waits costs besides its bytes. */
const PIECE_BYTES = 256

/**
 * Brings what is found in any order into the order of the disk, for a sink that takes it in no other: what has
 * to wait is kept, `budget` bytes of it at most. Throws `stream-output-order` when that is not enough.
 */
export class GuestOrder implements DiskOutput {
  readonly width = 1
  readonly #sink: ByteSink
  readonly #budget: number
  /** By guest offset: bytes, or how many zeroes. */
  readonly #waiting = new Map<number, Uint8Array | number>()
  #held = 0
  #written = 0

  constructor(sink: ByteSink, budget: number) {
    this.#sink = sink
    this.#budget = budget
  }

  /** Bytes that the sink took: so much of the disk from its start on. */
  get written(): number {
    return this.#written
  }

  async data(bytes: Uint8Array, guest: number): Promise<void> {
    if (guest === this.#written) {
      await this.#write(bytes)
      await this.#writeWaiting()
    } else if (isAllZero(bytes)) {
      this.#keep(guest, bytes.length, 0)
    } else {
      this.#keep(guest, bytes.slice(), bytes.length)
    }
  }

  async zeroes(guest: number, length: number): Promise<void> {
    if (guest === this.#written) {
      await this.#write(length)
      await this.#writeWaiting()
    } else {
      this.#keep(guest, length, 0)
    }
  }

  async #writeWaiting(): Promise<void> {
    for (;;) {
      const piece = this.#waiting.get(this.#written)
      if (piece === undefined) return
      this.#waiting.delete(this.#written)
      this.#held -= PIECE_BYTES + (typeof piece === 'number' ? 0 : piece.length)
      await this.#write(piece)
    }
  }

  async #write(piece: Uint8Array | number): Promise<void> {
    if (typeof piece === 'number') {
      await writeZeroes(this.#sink, piece)
      this.#written += piece
    } else {
      await this.#sink.write(piece)
      this.#written += piece.length
    }
  }

  #keep(guest: number, piece: Uint8Array | number, bytes: number): void {
    this.#held += bytes + PIECE_BYTES
    if (this.#held > this.#budget) {
      throw new ImageError('stream-output-order', {
        guestOffset: this.#written,
        found: guest,
        limit: this.#budget,
      })
    }
    this.#waiting.set(guest, piece)
  }
}
