import { BinaryWriter } from '../base/binary.ts'
import { MetadataRanges } from '../qcow2/dehydrate/metadata-ranges.ts'
import type { MetadataStream } from '../qcow2/dehydrate/metadata-view.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { ContainerFacts } from './dehydrated-container.ts'
import {
  containerFlags,
  encodePrefix,
  encodeTrailer,
  PIECE_BYTES,
  PIECE_ENTRY_BYTES,
  RANGE_BYTES,
} from './dehydrated-format.ts'
import { PackedPieces } from './dehydrated-pieces.ts'
import type { Hasher, Host } from './host.ts'

/** Where metadata goes, in the order of the file. */
export interface MetadataWriter {
  readonly ranges: MetadataRanges
  add(at: number, bytes: Uint8Array): Promise<void>
  /** No more comes: what was written can be read back. */
  stream(): Promise<MetadataStream>
}

const entriesAtOnce = 4096

/** Writes a container: packs while it is filled, and keeps of it the list of ranges and of pieces only. */
export class ContainerWriter implements MetadataWriter {
  readonly ranges = new MetadataRanges()
  readonly #host: Pick<Host, 'createHasher' | 'codecs'>
  readonly #file: WritableFile
  readonly #hasher: Hasher
  readonly #piece = new Uint8Array(PIECE_BYTES)
  readonly #packedSizes: number[] = []
  #filled = 0
  #at = 0

  constructor(host: Pick<Host, 'createHasher' | 'codecs'>, file: WritableFile) {
    this.#host = host
    this.#file = file
    this.#hasher = host.createHasher('sha256')
  }

  async add(at: number, bytes: Uint8Array): Promise<void> {
    if (this.#at === 0) await this.#write(encodePrefix())
    this.ranges.add(at, bytes.length)
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + (PIECE_BYTES - this.#filled))
      this.#piece.set(part, this.#filled)
      this.#filled += part.length
      done += part.length
      if (this.#filled === PIECE_BYTES) await this.#pack()
    }
  }

  async stream(): Promise<MetadataStream> {
    await this.#pack()
    const ends = new Float64Array(this.#packedSizes.length)
    let end = encodePrefix().length
    for (const [index, size] of this.#packedSizes.entries()) {
      end += size
      ends[index] = end
    }
    const { streamBytes } = this.ranges
    return new PackedPieces(this.#host, this.#file, { pieces: ends, streamBytes })
  }

  /** The tables and what is known at the end. */
  async finish(facts: ContainerFacts): Promise<void> {
    const rangesAt = this.#at
    await this.#writeRanges()
    await this.#writePieces()
    const flags =
      (facts.judgedTheSame ? containerFlags.judgedTheSame : 0) |
      (facts.anonymized ? containerFlags.anonymized : 0) |
      (facts.live ? containerFlags.live : 0)
    const trailer = {
      totalSize: facts.totalSize,
      streamBytes: this.ranges.streamBytes,
      rangesAt,
      rangeCount: this.ranges.count,
      pieceCount: this.#packedSizes.length,
      flags,
    }
    await this.#write(encodeTrailer(trailer))
    const digest = Uint8Array.from(Buffer.from(this.#hasher.digest(), 'hex'))
    await this.#file.write(digest, this.#at, 'data')
  }

  async #writeRanges(): Promise<void> {
    for (let first = 0; first < this.ranges.count; first += entriesAtOnce) {
      const count = Math.min(entriesAtOnce, this.ranges.count - first)
      const writer = new BinaryWriter(count * RANGE_BYTES)
      for (let index = 0; index < count; index++) {
        const { at, length } = this.ranges.at(first + index)
        writer.u64(index * RANGE_BYTES, at)
        writer.u64(index * RANGE_BYTES + 8, length)
      }
      await this.#write(writer.bytes)
    }
  }

  async #writePieces(): Promise<void> {
    const writer = new BinaryWriter(this.#packedSizes.length * PIECE_ENTRY_BYTES)
    for (const [index, size] of this.#packedSizes.entries()) {
      writer.u32(index * PIECE_ENTRY_BYTES, size)
    }
    await this.#write(writer.bytes)
  }

  async #pack(): Promise<void> {
    if (this.#filled === 0) return
    const packed = await this.#host.codecs.packZstd(this.#piece.slice(0, this.#filled))
    this.#packedSizes.push(packed.length)
    this.#filled = 0
    await this.#write(packed)
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hasher.update(bytes)
    await this.#file.write(bytes, this.#at, 'data')
    this.#at += bytes.length
  }
}

/** Writes nothing but the bytes of all ranges, one after the other: the first of the seed's two files. */
export class PlainWriter implements MetadataWriter {
  readonly ranges = new MetadataRanges()
  readonly #file: WritableFile

  constructor(file: WritableFile) {
    this.#file = file
  }

  async add(at: number, bytes: Uint8Array): Promise<void> {
    const { streamBytes } = this.ranges
    this.ranges.add(at, bytes.length)
    await this.#file.write(bytes, streamBytes, 'data')
  }

  async stream(): Promise<MetadataStream> {
    const file = this.#file
    return {
      readNow: (into, at) => {
        file.readNow(into, at, 'data')
      },
    }
  }
}
