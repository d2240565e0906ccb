const MIB = 1024 * 1024
const SMALLEST = MIB
const LARGEST = 256 * MIB
/** Everything waits for a cut, reads too. */
const WANTED_MS = 20

/**
 * How much is cut off a file at a time. What that takes depends on the host: on some it is nothing, on
 * others a millisecond for each piece that the file system stored the data in.
 */
export class CutSize {
  readonly #smallest: number
  #bytes: number

  constructor(clusterSize: number) {
    this.#smallest = Math.max(SMALLEST, clusterSize)
    this.#bytes = Math.max(4 * MIB, clusterSize)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The last cut took so long, its commit included. */
  took(ms: number): void {
    if (ms > WANTED_MS) this.#bytes = Math.max(this.#smallest, this.#bytes / 2)
    else if (ms < WANTED_MS / 2) this.#bytes = Math.min(LARGEST, this.#bytes * 2)
  }
}
