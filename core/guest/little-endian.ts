import { isZeroWord, wordToNumber, type Word64 } from '../base/word64.ts'

/**
 * Reads little-endian fields of structures whose length was looked at already: what UEFI, Microsoft and Linux
 * write on disks. Leaving the bytes is a defect and throws a RangeError.
 */
export class LittleEndianView {
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(at: number): number {
    return this.#view.getUint8(at)
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true)
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true)
  }

  word(at: number): Word64 {
    return { high: this.#view.getUint32(at + 4, true), low: this.#view.getUint32(at, true) }
  }

  /** Rounded past 2^53: no disk reaches that far, and the comparisons that follow refuse it. */
  u64(at: number): number {
    return wordToNumber(this.word(at))
  }

  isZero64(at: number): boolean {
    return isZeroWord(this.word(at))
  }
}
