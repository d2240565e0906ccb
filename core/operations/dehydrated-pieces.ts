import { LruCache } from '../base/lru.ts'
import type { MetadataStream } from '../qcow2/dehydrate/metadata-view.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { damagedContainer, PIECE_BYTES, PREFIX_BYTES } from './dehydrated-format.ts'
import type { Host } from './host.ts'

/** Unpacked pieces that are kept. */
const cacheBytes = 32 * 2 ** 20
/** What zstd may make of bytes that it cannot pack: far more than its own bound. */
const mostPackedBytes = 2 * PIECE_BYTES

/** The bytes of all ranges, unpacked piece by piece as they are asked for. */
export class PackedPieces implements MetadataStream {
  readonly #host: Pick<Host, 'codecs'>
  readonly #file: BlockFile
  readonly #ends: Float64Array
  readonly #streamBytes: number
  readonly #cache = new LruCache<number, Uint8Array>(cacheBytes, (piece) => piece.length)

  constructor(
    host: Pick<Host, 'codecs'>,
    file: BlockFile,
    { pieces, streamBytes }: { readonly pieces: Float64Array; readonly streamBytes: number },
  ) {
    this.#host = host
    this.#file = file
    this.#ends = pieces
    this.#streamBytes = streamBytes
  }

  readNow(into: Uint8Array, at: number): void {
    for (let done = 0; done < into.length;) {
      const index = Math.floor((at + done) / PIECE_BYTES)
      const inPiece = at + done - index * PIECE_BYTES
      const piece = this.#piece(index).subarray(inPiece, inPiece + (into.length - done))
      into.set(piece, done)
      done += piece.length
    }
  }

  #piece(index: number): Uint8Array {
    const known = this.#cache.get(index)
    if (known !== undefined) return known
    const start = index === 0 ? PREFIX_BYTES : (this.#ends[index - 1] ?? 0)
    const packedBytes = (this.#ends[index] ?? start) - start
    if (packedBytes > mostPackedBytes) {
      throw damagedContainer(
        this.#file,
        `piece ${index} has ${packedBytes} bytes`,
        `${mostPackedBytes}`,
      )
    }
    const packed = new Uint8Array(packedBytes)
    this.#file.readNow(packed, start, 'compressed')
    const length = Math.min(PIECE_BYTES, this.#streamBytes - index * PIECE_BYTES)
    try {
      const piece = this.#host.codecs.zstd(packed, length)
      this.#cache.set(index, piece)
      return piece
    } catch (error) {
      throw damagedContainer(this.#file, `piece ${index} does not unpack`, `${length} bytes`, error)
    }
  }
}
