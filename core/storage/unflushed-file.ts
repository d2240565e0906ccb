import type { FileIdentity, FileTimes, HostRun } from './block-file.ts'
import type { IoTag } from './io-tag.ts'
import type { WritableFile } from './writable-file.ts'

/**
 * A file whose flushes are put off until `settle`: what somebody gets who would rather lose the whole file
 * in a power cut than wait for the disk. All orders that flushes stand for are gone until then; a program
 * that is killed loses nothing, for the system has its writes.
 */
export class UnflushedFile implements WritableFile {
  readonly #file: WritableFile
  #skipped = 0

  constructor(file: WritableFile) {
    this.#file = file
  }

  /** How many flushes were asked for and not done. */
  get flushesSkipped(): number {
    return this.#skipped
  }

  /** Makes durable what was written so far. Whoever wrapped the file calls it once all is done. */
  async settle(): Promise<void> {
    await this.#file.flush()
  }

  async flush(): Promise<void> {
    this.#skipped++
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

  readNow(into: Uint8Array, at: number, tag: IoTag): void {
    this.#file.readNow(into, at, tag)
  }

  read(into: Uint8Array, at: number, tag: IoTag): Promise<void> {
    return this.#file.read(into, at, tag)
  }

  hostRun(at: number): HostRun {
    return this.#file.hostRun(at)
  }

  writeNow(from: Uint8Array, at: number, tag: IoTag): void {
    this.#file.writeNow(from, at, tag)
  }

  write(from: Uint8Array, at: number, tag: IoTag): Promise<void> {
    return this.#file.write(from, at, tag)
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

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
