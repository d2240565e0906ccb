const MIB = 1024 * 1024
const SMALLEST = MIB
const LARGEST = 64 * MIB
/** What the guest's flush may have to wait for, and a cancel. */
const WANTED_MS = 80

/** How much one batch moves: as much as can be made durable in a time that nobody minds waiting. */
export class BatchSize {
  #bytes = 8 * MIB

  get bytes(): number {
    return this.#bytes
  }

  /** The last batch's flushes took so long. */
  took(ms: number): void {
    if (ms > WANTED_MS) this.#bytes = Math.max(SMALLEST, this.#bytes / 2)
    else if (ms < WANTED_MS / 2) this.#bytes = Math.min(LARGEST, this.#bytes * 2)
  }
}
