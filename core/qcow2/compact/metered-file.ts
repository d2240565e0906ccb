import type { FileIdentity, FileTimes, HostRun } from '../../storage/block-file.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import type { WritableFile } from '../../storage/writable-file.ts'

/** Counts what goes to and from another file, for the account of what a compaction did. */
export class MeteredFile implements WritableFile {
  readonly #file: WritableFile
  bytesRead = 0
  bytesWritten = 0
  flushes = 0
  /** Most bytes that the file has had. */
  longest: number

  constructor(file: WritableFile) {
    this.#file = file
    this.longest = file.size()
  }

  get name(): string {
    return this.#file.name
  }

  get identity(): FileIdentity | undefined {
    return this.#file.identity
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

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.bytesRead += into.length
    this.#file.readNow(into, at, tag)
  }

  read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.bytesRead += into.length
    return this.#file.read(into, at, tag)
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#wrote(from, at)
    this.#file.writeNow(from, at, tag)
  }

  write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    this.#wrote(from, at)
    return this.#file.write(from, at, tag)
  }

  flush(): Promise<void> {
    this.flushes++
    return this.#file.flush()
  }

  truncate(size: number): void {
    this.#file.truncate(size)
  }

  punchHole(at: number, length: number): 'punched' | 'unsupported' {
    return this.#file.punchHole(at, length)
  }

  allocate(at: number, length: number): 'allocated' | 'unsupported' {
    return this.#file.allocate(at, length)
  }

  #wrote(from: Uint8Array, at: number): void {
    this.bytesWritten += from.length
    this.longest = Math.max(this.longest, at + from.length)
  }

  /** The other file belongs to whoever opened it. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
