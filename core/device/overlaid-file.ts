import type { TableContent } from '../qcow2/tables/table-content.ts'
import type { BlockFile, FileIdentity, FileTimes, HostRun } from '../storage/block-file.ts'
import type { IoTag } from '../storage/io-tag.ts'

/** A file as it would be with some ranges written over: later ones over earlier ones. For reading. */
export class OverlaidFile implements BlockFile {
  readonly #file: BlockFile
  readonly #pieces: readonly TableContent[]
  readonly #size: number

  constructor(file: BlockFile, pieces: Iterable<TableContent>) {
    this.#file = file
    this.#pieces = [...pieces]
    const ends = this.#pieces.map(({ at, bytes }) => at + bytes.length)
    this.#size = ends.reduce((longest, end) => Math.max(longest, end), file.size())
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): FileIdentity | undefined {
    return this.#file.identity
  }

  size(): number {
    return this.#size
  }

  allocatedBytes(): number | undefined {
    return this.#file.allocatedBytes()
  }

  times(): FileTimes | undefined {
    return this.#file.times()
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#file.readNow(into, at, tag)
    for (const { at: start, bytes } of this.#pieces) {
      const from = Math.max(start, at)
      const to = Math.min(start + bytes.length, at + into.length)
      if (from < to) into.set(bytes.subarray(from - start, to - start), from - at)
    }
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.readNow(into, at, tag)
  }

  hostRun(at: number): HostRun {
    const size = this.#file.size()
    return at < size ? this.#file.hostRun(at) : { kind: 'data', end: this.#size }
  }

  /** The file below belongs to somebody else. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
