const WIDTH = 16

/**
 * Bytes as `hexdump -C` shows them: sixteen a line with their offset and, where they are ASCII, as letters;
 * lines that repeat the one before are one `*`. Takes the bytes in pieces of any length.
 */
export class HexDump {
  readonly #line: (text: string) => Promise<void>
  readonly #row = new Uint8Array(WIDTH)
  #filled = 0
  /** Offset of the row that is being filled. */
  #at: number
  #last = ''
  #isRepeating = false

  /** `at`: the offset of the first byte. */
  constructor(at: number, line: (text: string) => Promise<void>) {
    this.#at = at
    this.#line = line
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const part = bytes.subarray(from, from + WIDTH - this.#filled)
      this.#row.set(part, this.#filled)
      this.#filled += part.length
      from += part.length
      if (this.#filled === WIDTH) await this.#endRow()
    }
  }

  /** The last row, and the offset after the last byte. */
  async end(): Promise<void> {
    if (this.#filled > 0) await this.#endRow()
    await this.#line(offset(this.#at))
  }

  async #endRow(): Promise<void> {
    const row = this.#row.subarray(0, this.#filled)
    const cells = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'))
    const [left, right] = [cells.slice(0, 8).join(' '), cells.slice(8).join(' ')]
    const columns = `${left.padEnd(23)}  ${right.padEnd(23)}`
    if (columns !== this.#last) {
      await this.#line(`${offset(this.#at)}  ${columns}  |${letters(row)}|`)
      this.#isRepeating = false
    } else if (!this.#isRepeating) {
      await this.#line('*')
      this.#isRepeating = true
    }
    this.#last = columns
    this.#at += row.length
    this.#filled = 0
  }
}

const offset = (at: number): string => at.toString(16).padStart(8, '0')

const letters = (row: Uint8Array): string =>
  Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(
    '',
  )
