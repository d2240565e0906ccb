import type { BlockFile, HostRun } from '../../core/storage/block-file.ts'

/** Bytes in one piece as a file to read: what is judged a hundred thousand times is not copied into pages. */
export class BytesFile implements BlockFile {
  readonly name: string
  readonly identity = undefined
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, name = 'bytes') {
    this.#bytes = bytes
    this.name = name
  }

  size(): number {
    return this.#bytes.length
  }

  allocatedBytes(): number {
    return this.#bytes.length
  }

  times(): undefined {
    return undefined
  }

  readNow(into: Uint8Array, at: number): void {
    const there = this.#bytes.subarray(at, at + into.length)
    into.set(there)
    into.fill(0, there.length)
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    this.readNow(into, at)
  }

  hostRun(at: number): HostRun {
    return { kind: 'data', end: Math.max(this.size(), at + 1) }
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
