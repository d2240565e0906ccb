import type { BlockFile, HostRun } from '../../storage/block-file.ts'
import type { MetadataRanges } from './metadata-ranges.ts'

/** The bytes of all ranges, one after the other. */
export interface MetadataStream {
  readNow(into: Uint8Array, at: number): void
}

export interface MetadataViewParts {
  readonly name: string
  /** Length of the image. */
  readonly totalSize: number
  readonly ranges: MetadataRanges
  readonly stream: MetadataStream
}

/** An image as it is when it has nothing but the metadata of a container: all else is a hole. */
export class MetadataView implements BlockFile {
  readonly name: string
  readonly identity: undefined
  readonly #totalSize: number
  readonly #ranges: MetadataRanges
  readonly #stream: MetadataStream

  constructor({ name, totalSize, ranges, stream }: MetadataViewParts) {
    this.name = name
    this.identity = undefined
    this.#totalSize = totalSize
    this.#ranges = ranges
    this.#stream = stream
  }

  size(): number {
    return this.#totalSize
  }

  allocatedBytes(): number {
    return this.#ranges.streamBytes
  }

  times(): undefined {
    return undefined
  }

  readNow(into: Uint8Array, at: number): void {
    into.fill(0)
    const end = at + into.length
    const ranges = this.#ranges
    for (let position = ranges.firstEndingAfter(at); position < ranges.count; position++) {
      const range = ranges.at(position)
      if (range.at >= end) return
      const from = Math.max(at, range.at)
      const to = Math.min(end, range.at + range.length)
      this.#stream.readNow(into.subarray(from - at, to - at), range.streamAt + (from - range.at))
    }
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    this.readNow(into, at)
  }

  hostRun(at: number): HostRun {
    const ranges = this.#ranges
    const position = ranges.firstEndingAfter(at)
    if (position === ranges.count) return { kind: 'hole', end: this.#totalSize }
    const range = ranges.at(position)
    return range.at > at
      ? { kind: 'hole', end: range.at }
      : { kind: 'data', end: range.at + range.length }
  }

  /** What lies below belongs to whoever opened it. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
