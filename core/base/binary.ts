import { ImageError } from '../errors/image-error.ts'
import { HIGH_UNIT, word64, wordToHex, type Word64 } from './word64.ts'

/** Where a view's bytes come from, so that a refusal can say what and where. */
export interface BinarySource {
  /** The part of the file, in the glossary's words: `header`, `snapshot table`… */
  readonly structure: string
  /** Host offset of the first byte. */
  readonly offset: number
}

/**
 * Reads big-endian fields from bytes nobody vouches for. Every access is bounds-checked and answers
 * `structure-damaged` with the structure and the host offset when it leaves the bytes.
 */
export class BinaryView {
  readonly length: number
  readonly #view: DataView
  readonly #bytes: Uint8Array
  readonly #source: BinarySource

  constructor(bytes: Uint8Array, source: BinarySource) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#source = source
    this.length = bytes.byteLength
  }

  u8(at: number): number {
    this.#mustHold(at, 1)
    return this.#view.getUint8(at)
  }

  u16(at: number): number {
    this.#mustHold(at, 2)
    return this.#view.getUint16(at)
  }

  u32(at: number): number {
    this.#mustHold(at, 4)
    return this.#view.getUint32(at)
  }

  /** All 64 bits, for flags and for values that may be larger than a safe integer. */
  word(at: number): Word64 {
    this.#mustHold(at, 8)
    return word64(this.#view.getUint32(at), this.#view.getUint32(at + 4))
  }

  /** A 64-bit size or offset. Past 2^53 - 1 it is refused: no file system holds such a file. */
  u64(at: number, field: string): number {
    const word = this.word(at)
    const value = word.high * HIGH_UNIT + word.low
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new ImageError('field-invalid', {
        structure: this.#source.structure,
        field,
        offset: this.#source.offset + at,
        found: wordToHex(word),
        expected: 'a number below 2^53',
      })
    }
    return value
  }

  /** A copy: it stays what it is when the buffer is used again. */
  bytes(at: number, length: number): Uint8Array {
    this.#mustHold(at, length)
    return this.#bytes.slice(at, at + length)
  }

  #mustHold(at: number, length: number): void {
    if (at >= 0 && length >= 0 && at + length <= this.length) return
    throw new ImageError('structure-damaged', {
      structure: this.#source.structure,
      offset: this.#source.offset + at,
      found: `${Math.max(this.length - at, 0)} bytes before it ends`,
      expected: `${length} bytes`,
    })
  }
}

/** Writes big-endian fields into bytes of ours; leaving them is a defect and throws a RangeError. */
export class BinaryWriter {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
    this.#view = new DataView(this.bytes.buffer)
  }

  u8(at: number, value: number): void {
    this.#view.setUint8(at, value)
  }

  u16(at: number, value: number): void {
    this.#view.setUint16(at, value)
  }

  u32(at: number, value: number): void {
    this.#view.setUint32(at, value)
  }

  /** `value` is a non-negative safe integer. */
  u64(at: number, value: number): void {
    this.#view.setUint32(at, Math.floor(value / HIGH_UNIT))
    this.#view.setUint32(at + 4, value % HIGH_UNIT)
  }

  word(at: number, { high, low }: Word64): void {
    this.#view.setUint32(at, high)
    this.#view.setUint32(at + 4, low)
  }

  put(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at)
  }
}
