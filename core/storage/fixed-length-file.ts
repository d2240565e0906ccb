import type { BlockFile, FileIdentity, FileTimes, HostRun } from './block-file.ts'
import type { IoTag } from './io-tag.ts'

/** A file as long as it is now: what a running VM appends to it meanwhile is not there. */
export class FixedLengthFile implements BlockFile {
  readonly #file: BlockFile
  readonly #length: number

  constructor(file: BlockFile) {
    this.#file = file
    this.#length = file.size()
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): FileIdentity | undefined {
    return this.#file.identity
  }

  size(): number {
    return this.#length
  }

  allocatedBytes(): number | undefined {
    return this.#file.allocatedBytes()
  }

  times(): FileTimes | undefined {
    return this.#file.times()
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#file.readNow(into, at, tag)
    this.#cut(into, at)
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    await this.#file.read(into, at, tag)
    this.#cut(into, at)
  }

  hostRun(at: number): HostRun {
    const { kind, end } = this.#file.hostRun(at)
    return { kind, end: Math.min(end, this.#length) }
  }

  /** The file belongs to whoever opened it. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #cut(into: Uint8Array, at: number): void {
    if (at + into.length > this.#length) into.fill(0, Math.max(0, this.#length - at))
  }
}
