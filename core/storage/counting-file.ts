import type { BlockFile, FileIdentity, FileTimes, HostRun } from './block-file.ts'
import type { IoTag } from './io-tag.ts'

/** What was read for one purpose. */
export interface ReadCount {
  readonly calls: number
  readonly bytes: number
}

/** Counts the reads of another file by purpose: calls do not jitter, so tests and benches compare them. */
export class CountingFile implements BlockFile {
  readonly #file: BlockFile
  readonly #counts = new Map<IoTag, ReadCount>()

  constructor(file: BlockFile) {
    this.#file = file
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): FileIdentity | undefined {
    return this.#file.identity
  }

  /** Reads for one purpose so far. */
  countOf(tag: IoTag): ReadCount {
    return this.#counts.get(tag) ?? { calls: 0, bytes: 0 }
  }

  /** All reads so far. */
  total(): ReadCount {
    let calls = 0
    let bytes = 0
    for (const count of this.#counts.values()) {
      calls += count.calls
      bytes += count.bytes
    }
    return { calls, bytes }
  }

  /** Bytes of all reads so far. */
  get bytesRead(): number {
    return this.total().bytes
  }

  size(): number {
    return this.#file.size()
  }

  allocatedBytes(): number | undefined {
    return this.#file.allocatedBytes()
  }

  times(): FileTimes | undefined {
    return this.#file.times()
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#count(tag, into.length)
    this.#file.readNow(into, at, tag)
  }

  async read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.#count(tag, into.length)
    await this.#file.read(into, at, tag)
  }

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #count(tag: IoTag, bytes: number): void {
    const before = this.countOf(tag)
    this.#counts.set(tag, { calls: before.calls + 1, bytes: before.bytes + bytes })
  }
}
