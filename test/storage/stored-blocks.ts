import type { HostRun } from '../../core/storage/block-file.ts'

const BLOCK = 4096

/** Which blocks of a file its host stores; the others are holes. */
export class StoredBlocks {
  readonly #blocks = new Set<number>()

  get bytes(): number {
    return this.#blocks.size * BLOCK
  }

  add(from: number, to: number): void {
    for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) this.#blocks.add(block)
  }

  /** Only whole blocks of the range. */
  remove(from: number, to: number): void {
    for (let block = Math.ceil(from / BLOCK); (block + 1) * BLOCK <= to; block++) {
      this.#blocks.delete(block)
    }
  }

  /** The file ends at `length` now. */
  removeFrom(length: number): void {
    for (const block of this.#blocks) if (block * BLOCK >= length) this.#blocks.delete(block)
  }

  /** What lies at `at` of a file of `length` bytes. */
  runAt(at: number, length: number): HostRun {
    const first = Math.floor(at / BLOCK)
    const isStored = this.#blocks.has(first)
    let next = first + 1
    while (next * BLOCK < length && this.#blocks.has(next) === isStored) next++
    return { kind: isStored ? 'data' : 'hole', end: Math.min(next * BLOCK, length) }
  }
}
