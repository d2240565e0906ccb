import type { GuestBytes } from './guest-bytes.ts'

/** What is read at once, and kept: superblocks lie close together. */
const BLOCK = 4096
/** Blocks that are kept; more than the superblocks of one volume take. */
const MAX_BLOCKS = 16

/** A partition, or a whole disk, read in small pieces from its start. */
export class Volume {
  readonly #disk: GuestBytes
  readonly #start: number
  readonly #blocks = new Map<number, Uint8Array>()
  /** Bytes of it that lie on the disk. */
  readonly length: number

  constructor(disk: GuestBytes, { start, end }: { readonly start: number; readonly end: number }) {
    this.#disk = disk
    this.#start = start
    this.length = Math.max(Math.min(end, disk.length) - start, 0)
  }

  /** At most a block; undefined where the volume ends before that. */
  async bytes(at: number, length: number): Promise<Uint8Array | undefined> {
    if (!Number.isSafeInteger(at) || at + length > this.length) return undefined
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length;) {
      const inBlock = (at + done) % BLOCK
      const block = await this.#block(at + done - inBlock)
      const piece = block.subarray(inBlock, inBlock + length - done)
      bytes.set(piece, done)
      done += piece.length
    }
    return bytes
  }

  async #block(at: number): Promise<Uint8Array> {
    const known = this.#blocks.get(at)
    if (known !== undefined) return known
    const bytes = new Uint8Array(Math.min(BLOCK, this.length - at))
    await this.#disk.read(bytes, this.#start + at)
    if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear()
    this.#blocks.set(at, bytes)
    return bytes
  }
}
